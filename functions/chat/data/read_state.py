"""Statements about what members have read."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from shared.data.unread_messages import COUNT_UNREAD, IS_READING, READ_SEQ
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, compose
from shared.kit.json import json_text


class ReadState(NamedTuple):
    """Up to which message a member has read, and whether that has just become more."""

    read_seq: int
    is_changed: bool


# Of two devices that say it at once the later message counts: the second waits for the row and looks again.
MARK_READ = Query(
    ReadState,
    """
WITH marked AS (
    UPDATE conversation_members m SET read_seq = least(%(seq)s, c.last_seq) FROM conversations c
    WHERE c.id = m.conversation_id AND m.conversation_id = %(conversation_id)s AND m.user_id = %(user_id)s
      AND m.read_seq < least(%(seq)s, c.last_seq)
    RETURNING m.read_seq
)
SELECT coalesce((SELECT read_seq FROM marked), m.read_seq) AS read_seq, EXISTS (SELECT FROM marked) AS is_changed
FROM conversation_members m WHERE m.conversation_id = %(conversation_id)s AND m.user_id = %(user_id)s
""",
)


def mark_read(conversation_id: UUID, user_id: UUID, seq: int) -> ReadState | None:
    """Note that a member has read up to a message, the last one at most. None for those who are no members."""
    with connection() as db:
        return MARK_READ.one(db, {"conversation_id": conversation_id, "user_id": user_id, "seq": seq})


class Reader(NamedTuple):
    """A member's unread messages of a conversation and of all, and the sockets on which to say so.

    `is_reading` while a client that says nothing of reading is open in the conversation; `is_blocked` where one of its
    two has blocked the other.
    """

    conversation_id: str
    user_id: str
    is_reading: bool
    is_blocked: bool
    read_seq: int
    unread: int
    total: int
    sockets: list[str]


COUNT_TOTAL = compose(
    """
SELECT coalesce(sum({unread}), 0)::bigint FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id
WHERE m.user_id = readers.user_id AND c.last_seq > m.read_seq
""",
    unread=COUNT_UNREAD,
)
LIST_READERS = Query(
    Reader,
    compose(
        """
WITH readers AS (
    SELECT m.conversation_id, m.user_id, {read_seq} AS read_seq, {unread} AS unread,
        {is_reading} AS is_reading, c.is_blocked,
        ARRAY(SELECT id FROM connections s WHERE s.user_id = m.user_id AND s.protocol = 3) AS sockets
    FROM jsonb_to_recordset(%(conversations)s::jsonb) AS wanted (id uuid, author uuid, reader uuid)
    JOIN conversation_members m ON m.conversation_id = wanted.id
        AND m.user_id <> wanted.author IS NOT FALSE AND m.user_id = wanted.reader IS NOT FALSE
    JOIN conversations c ON c.id = m.conversation_id
)
SELECT conversation_id::text, user_id::text, is_reading, is_blocked, read_seq, unread,
    CASE WHEN sockets <> '{}' THEN ({total}) ELSE 0 END AS total, sockets
FROM readers
""",
        is_reading=IS_READING,
        read_seq=READ_SEQ,
        unread=COUNT_UNREAD,
        total=COUNT_TOTAL,
    ),
)


def list_recipients(messages: Iterable[tuple[str, str]]) -> list[Reader]:
    """Those who got one of these messages, each a conversation and its author; none comes twice."""
    wanted = [{"id": conversation_id, "author": author} for conversation_id, author in messages]
    with connection() as db:
        return LIST_READERS.all(db, {"conversations": json_text(wanted)})


def find_reader(conversation_id: UUID, user_id: UUID) -> Reader | None:
    """A member and what is unread for them."""
    wanted = [{"id": str(conversation_id), "reader": str(user_id)}]
    with connection() as db:
        return LIST_READERS.one(db, {"conversations": json_text(wanted)})
