"""Statements about who blocked whom."""

from collections.abc import Iterable
from uuid import UUID

from functions.chat.domain.members import pair_key
from shared.domain.pictures import picture_sql
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query, Sql, compose
from shared.kit.http.page_pagination import PageNumber, PageOfJson

# A conversation is locked before accounts, as account deletion does; accounts before users' time, as bookings do.
LOCK_CONVERSATION = Command("SELECT FROM conversations WHERE pair = %s FOR NO KEY UPDATE")
LOCK_ACCOUNTS = Query(
    UUID,
    "SELECT id FROM users WHERE id = ANY(%s) AND confirmed_at IS NOT NULL ORDER BY id FOR NO KEY UPDATE",
)


def lock_pair(db: PooledConnection, one: UUID, other: UUID) -> bool:
    """Keep the two users' conversation from being opened or written in; False if either account does not exist."""
    LOCK_CONVERSATION.run(db, (pair_key(one, other),))
    return len(LOCK_ACCOUNTS.all(db, ([one, other],))) == len({one, other})


ADD_BLOCK = Command("INSERT INTO blocks (blocker_id, blocked_id) VALUES (%s, %s) ON CONFLICT DO NOTHING")
DELETE_BLOCK = Command("DELETE FROM blocks WHERE blocker_id = %s AND blocked_id = %s")
COPY_TO_CONVERSATION = Command("""
UPDATE conversations SET is_blocked = EXISTS (
    SELECT FROM blocks WHERE blocker_id = ANY(%(people)s::uuid[]) AND blocked_id = ANY(%(people)s::uuid[])
) WHERE pair = %(pair)s
""")
LEAVE_WAITLISTS = Command("""
UPDATE waitlist_entries w SET state = 'left'
FROM tutoring_sessions s JOIN tutors t ON t.id = s.tutor_id
WHERE s.id = w.session_id AND w.state = 'waiting'
  AND w.student_id = ANY(%(people)s::uuid[]) AND t.user_id = ANY(%(people)s::uuid[])
""")


def add_block(db: PooledConnection, blocker_id: UUID, blocked_id: UUID) -> None:
    """Add a block unless it exists. Each user leaves the other's waitlists."""
    ADD_BLOCK.run(db, (blocker_id, blocked_id))
    LEAVE_WAITLISTS.run(db, {"people": [blocker_id, blocked_id]})
    _copy_to_conversation(db, (blocker_id, blocked_id))


def delete_block(db: PooledConnection, blocker_id: UUID, blocked_id: UUID) -> None:
    DELETE_BLOCK.run(db, (blocker_id, blocked_id))
    _copy_to_conversation(db, (blocker_id, blocked_id))


def _copy_to_conversation(db: PooledConnection, people: Iterable[UUID]) -> None:
    one, other = people
    COPY_TO_CONVERSATION.run(db, {"people": [one, other], "pair": pair_key(one, other)})


LIST_BLOCKED = Query(
    PageOfJson,
    compose(
        """
SELECT (SELECT count(*) FROM blocks WHERE blocker_id = %(user_id)s) AS count,
    coalesce((SELECT json_agg(row_to_json(blocked)) FROM (
        SELECT u.id, u.first_name, u.last_name, {picture} AS profile_image,
            format_time(b.created_at, %(zone)s) AS blocked_at
        FROM blocks b JOIN users u ON u.id = b.blocked_id WHERE b.blocker_id = %(user_id)s
        ORDER BY b.created_at DESC, u.id LIMIT %(size)s OFFSET %(offset)s
    ) blocked), '[]')::text AS results
""",
        picture=Sql(picture_sql("u.picture")),
    ),
)


def list_blocked(user_id: UUID, page: PageNumber) -> PageOfJson:
    """A page of the users whom a user has blocked, most recently blocked first."""
    values = {"user_id": user_id, "size": page.size, "offset": page.offset, "zone": platform_settings().time_zone}
    with connection() as db:
        return LIST_BLOCKED.get(db, values)
