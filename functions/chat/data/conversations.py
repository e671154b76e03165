"""Statements about conversations; they answer JSON text in the frontend's shapes."""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from functions.chat.domain.members import Member, Membership, pair_key
from functions.chat.domain.message_frames import legacy_body, listed_attachments
from functions.chat.domain.messages import ATTACHMENTS_GONE, DELETED
from shared.data.attachments import attachments_of
from shared.domain.pictures import picture_sql
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Query, Sql, compose
from shared.kit.json import json_text

# At most 1,000 conversations are listed.
CONVERSATIONS = """
SELECT row_to_json(shown)::text AS item, conversation.last_attachments FROM (
    SELECT c.id,
        CASE WHEN l.id IS NOT NULL THEN (SELECT row_to_json(last) FROM (
            SELECT l.id, l.conversation_id AS conversation, {last_body} AS body,
                format_time(l.created_at, %(zone)s) AS created_at,
                (SELECT row_to_json(author) FROM (
                    SELECT a.id, a.first_name, a.last_name, {author_picture} AS profile_image
                    FROM users a WHERE a.id = l.created_by
                ) author) AS created_by
        ) last) END AS last_message,
        format_time(c.created_at, %(zone)s) AS created_at, format_time(c.updated_at, %(zone)s) AS updated_at,
        (SELECT json_agg(row_to_json(member)) FROM (
            SELECT u.id, u.first_name, u.last_name, {member_picture} AS profile_image
            FROM conversation_members m JOIN users u ON u.id = m.user_id
            WHERE m.conversation_id = c.id ORDER BY u.id <> %(user_id)s
        ) member) AS users,
        {last_attachments} AS last_attachments
    FROM conversation_members mine
    JOIN conversations c ON c.id = mine.conversation_id
    LEFT JOIN messages l ON l.conversation_id = c.id AND l.seq = c.last_seq
    WHERE mine.user_id = %(user_id)s {condition}
    ORDER BY c.updated_at DESC, c.id LIMIT 1000
) conversation, LATERAL (SELECT
    conversation.id, conversation.last_message, conversation.created_at, conversation.updated_at, conversation.users
) shown
"""
# A message that the caller has hidden counts as deleted for them.
IS_GONE = Sql("""(l.deleted_at IS NOT NULL OR EXISTS (
    SELECT FROM hidden_messages h
    WHERE h.user_id = mine.user_id AND h.conversation_id = l.conversation_id AND h.seq = l.seq
))""")
LAST_ATTACHMENTS = attachments_of(Sql("l.id"))
LAST_BODY = compose(
    "CASE WHEN {is_gone} THEN {deleted} WHEN l.body = '' AND {attachments} IS NULL THEN {gone} ELSE l.body END",
    is_gone=IS_GONE,
    attachments=LAST_ATTACHMENTS,
    deleted=Sql(f"'{DELETED}'"),
    gone=Sql(f"'{ATTACHMENTS_GONE}'"),
)
PARTS = {
    "last_body": LAST_BODY,
    "last_attachments": compose(
        "CASE WHEN NOT {is_gone} THEN {attachments} END", is_gone=IS_GONE, attachments=LAST_ATTACHMENTS
    ),
    "author_picture": Sql(picture_sql("a.picture")),
    "member_picture": Sql(picture_sql("u.picture")),
}


class ConversationRow(NamedTuple):
    """A conversation as JSON, and the attachments of its last message, whose addresses are still to be made."""

    item: str
    last_attachments: str | None


LIST_CONVERSATIONS = Query(ConversationRow, compose(CONVERSATIONS, condition=Sql(), **PARTS))
GET_CONVERSATION = Query(
    ConversationRow, compose(CONVERSATIONS, condition=Sql("AND c.id = %(conversation_id)s"), **PARTS)
)
FIND_WITH_PARTNER = Query(ConversationRow, compose(CONVERSATIONS, condition=Sql("AND c.pair = %(pair)s"), **PARTS))


def list_conversations(user_id: UUID, *, attachments: bool) -> list[str]:
    """A user's conversations, most recently active first; the user is listed first in each."""
    with connection() as db:
        found = LIST_CONVERSATIONS.all(db, _values(user_id))
        return [_as_item(each, user_id, attachments=attachments) for each in found]


def get_conversation(db: PooledConnection, user_id: UUID, conversation_id: UUID) -> str:
    """One of a user's conversations, within a transaction."""
    return _as_item(GET_CONVERSATION.get(db, _values(user_id, conversation_id=conversation_id)), user_id)


def find_conversation(
    user_id: UUID, conversation_id: UUID, *, attachments: bool, reader_id: UUID | str = ""
) -> str | None:
    """One of a user's conversations; attachment URLs are for the user, or for another given reader."""
    with connection() as db:
        found = GET_CONVERSATION.one(db, _values(user_id, conversation_id=conversation_id))
        return None if found is None else _as_item(found, reader_id or user_id, attachments=attachments)


def find_with_partner(user_id: UUID, partner_id: UUID) -> str | None:
    """The conversation of two users."""
    with connection() as db:
        found = FIND_WITH_PARTNER.one(db, _values(user_id, pair=pair_key(user_id, partner_id)))
        return None if found is None else _as_item(found, user_id)


def _as_item(row: ConversationRow, reader_id: UUID | str, *, attachments: bool = False) -> str:
    """The JSON, with the last message's attachments as objects, or in its text as in the recorded contract."""
    if row.last_attachments is None:
        return row.item
    item = json.loads(row.item)
    last = item["last_message"]
    if attachments:
        last |= listed_attachments(row.last_attachments, reader_id)
    else:
        last["body"] = legacy_body(last["body"], row.last_attachments, reader_id)
    return json_text(item)


def _values(user_id: UUID, **more: Any) -> dict[str, Any]:
    return {"user_id": user_id, "zone": platform_settings().time_zone, **more}


# The statement that adds the conversation also adds its members, so that nobody sees one without members.
ADD_CONVERSATION = Query(
    UUID,
    """
WITH added AS (
    INSERT INTO conversations (pair, is_blocked) SELECT %(pair)s, EXISTS (
        SELECT FROM blocks WHERE blocker_id = ANY(%(members)s::uuid[]) AND blocked_id = ANY(%(members)s::uuid[])
    ) ON CONFLICT (pair) DO NOTHING RETURNING id
), joined AS (
    INSERT INTO conversation_members (conversation_id, user_id)
    SELECT added.id, member FROM added, unnest(%(members)s::uuid[]) AS member
)
SELECT id FROM added
""",
)


def add_conversation(db: PooledConnection, user_id: UUID, partner_id: UUID) -> UUID | None:
    """Add the conversation of two users; None if it exists.

    Raises psycopg.errors.ForeignKeyViolation if an account was deleted meanwhile.
    """
    values = {"pair": pair_key(user_id, partner_id), "members": [user_id, partner_id]}
    return ADD_CONVERSATION.one(db, values)


# The lock waits for a concurrent block or suspension, and keeps others from starting before the commit.
LOCK_PARTNER = Query(
    bool, "SELECT confirmed_at IS NOT NULL AND suspended_at IS NULL FROM users WHERE id = %s FOR SHARE"
)


def lock_partner(db: PooledConnection, user_id: UUID) -> bool:
    """Lock the partner's account; False if it cannot be written to."""
    return LOCK_PARTNER.one(db, (user_id,)) is True


@dataclass(eq=False, repr=False)
class MemberRow(Member):
    last_seq: int
    change_seq: int
    has_hidden: bool
    read_seq: int


LIST_MEMBERS = Query(
    MemberRow,
    """
SELECT u.id::text, u.first_name, u.last_name, u.picture, c.last_seq, c.change_seq, EXISTS (
    SELECT FROM hidden_messages h WHERE h.user_id = %(user_id)s AND h.conversation_id = c.id
) AS has_hidden, mine.read_seq
FROM conversations c JOIN conversation_members mine ON mine.conversation_id = c.id AND mine.user_id = %(user_id)s
JOIN conversation_members m ON m.conversation_id = c.id JOIN users u ON u.id = m.user_id
WHERE c.id = %(conversation_id)s
""",
)


def find_membership(conversation_id: UUID, user_id: UUID) -> Membership | None:
    """The membership; None for users who are not members, and for conversations that do not exist."""
    with connection() as db:
        members = LIST_MEMBERS.all(db, {"conversation_id": conversation_id, "user_id": user_id})
    if not members:
        return None
    shared = members[0]
    by_id: dict[str, Member] = {each.id: each for each in members}
    return Membership(shared.last_seq, shared.change_seq, by_id, shared.has_hidden, shared.read_seq)
