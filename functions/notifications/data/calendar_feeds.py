"""Statements about calendar feeds."""

import json
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.data.booking_states import ENDED_STATES
from shared.data.bookings import ROOM
from shared.data.calendar_feeds import DELETE_FEED
from shared.domain.calendars import Entry
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, compose
from shared.texts import Language

REPLACE_FEED = Query(
    datetime,
    """
INSERT INTO calendar_feeds (user_id, token_hash) SELECT id, %s FROM users WHERE id = %s FOR KEY SHARE
ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = now()
RETURNING created_at
""",
)


def replace_feed(user_id: UUID, token_hash: bytes) -> datetime | None:
    """Create or replace the secret of a user's feed; returns the time of creation, None if the account is gone."""
    with connection() as db:
        return REPLACE_FEED.one(db, (token_hash, user_id))


FIND_FEED = Query(datetime, "SELECT created_at FROM calendar_feeds WHERE user_id = %s")


def find_feed(user_id: UUID) -> datetime | None:
    """When a user's feed was created."""
    with connection() as db:
        return FIND_FEED.one(db, (user_id,))


def delete_feed(user_id: UUID) -> bool:
    """Delete a user's feed; False if there is none."""
    with connection() as db:
        return DELETE_FEED.run(db, (user_id,)) > 0


class Feed(NamedTuple):
    """What a feed is made of: its owner's language and, on a line each, the entries as JSON (`parse_entry`)."""

    language: Language
    lines: str


# More entries than any user has; beyond that, the latest are kept. An offer is not an appointment yet. A line has the
# fields of an Entry in their order. A feed is written from these lines alone, so their hash is its tag.
READ_FEED = Query(
    Feed,
    compose(
        """
SELECT owner.language, coalesce((
    SELECT string_agg(json_build_array(
        entry.id, entry.created_at, entry.updated_at, entry.starts_at, entry.ends_at, entry.sequence, entry.state,
        entry.kind, entry.form, entry.location, entry.meeting_url, entry.role,
        coalesce(other.first_name, ''), coalesce(other.last_name, '')
    )::text, E'\n' ORDER BY entry.starts_at DESC, entry.id DESC)
    FROM (
        SELECT * FROM (
            SELECT {columns}, 'tutor' AS role, t.user_id AS other_id
            FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id LEFT JOIN tutors t ON t.id = s.tutor_id
            WHERE b.student_id = owner.id AND b.starts_at > now() - interval '90 days' AND {shown}
            UNION ALL
            SELECT {columns}, 'student', b.student_id
            FROM tutors me JOIN tutoring_sessions s ON s.tutor_id = me.id JOIN bookings b ON b.session_id = s.id
            WHERE me.user_id = owner.id AND s.starts_at > now() - interval '90 days' AND {shown}
                AND b.student_id IS DISTINCT FROM owner.id
        ) found
        ORDER BY starts_at DESC, id DESC LIMIT 2000
    ) entry LEFT JOIN users other ON other.id = entry.other_id
), '') AS lines
FROM calendar_feeds f JOIN users owner ON owner.id = f.user_id
WHERE f.token_hash = %s AND owner.suspended_at IS NULL
""",
        columns=compose(
            """b.id, b.created_at, b.updated_at, b.starts_at, b.ends_at, b.sequence, b.state,
                s.kind, s.form, s.location, {room} AS meeting_url""",
            room=ROOM,
        ),
        shown=compose("b.state NOT IN {ended} AND b.awaiting IS DISTINCT FROM 'student'", ended=ENDED_STATES),
    ),
)


def read_feed(token_hash: bytes) -> Feed | None:
    """What the feed with this secret is made of; None if there is none or its owner is suspended."""
    with connection() as db:
        return READ_FEED.one(db, (token_hash,))


def parse_entry(line: str) -> Entry:
    """An entry from its line of a feed."""
    number, created_at, updated_at, starts_at, ends_at, *others = json.loads(line)
    read = datetime.fromisoformat
    return Entry(number, read(created_at), read(updated_at), read(starts_at), read(ends_at), *others)
