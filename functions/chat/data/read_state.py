"""Statements about what members have read."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from shared.data.unread_messages import COUNT_UNREAD, IS_READING, READ_SEQ
from shared.kit.db.libpq import Prepared
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, compose
from shared.kit.json import json_text

# If two devices send it at once, the later message wins: the second waits for the row lock and rereads the row.
MARK_READ = Prepared(
    """
WITH marked AS (
    UPDATE conversation_members m SET read_seq = least($3::bigint, c.last_seq) FROM conversations c
    WHERE c.id = m.conversation_id AND m.conversation_id = $1::uuid AND m.user_id = $2::uuid
      AND m.read_seq < least($3::bigint, c.last_seq)
    RETURNING m.read_seq
)
SELECT EXISTS (SELECT FROM marked) AS is_changed
FROM conversation_members WHERE conversation_id = $1::uuid AND user_id = $2::uuid
""",
    ("is_changed",),
)


def mark_read(conversation_id: UUID, user_id: UUID, seq: int) -> bool | None:
    """Record that a member has read up to a message (at most the last one); returns whether that is more than before.

    None for users who are not members.
    """
    with connection() as db:
        found = MARK_READ.fetch_all(db, str(conversation_id), str(user_id), str(seq))
    return found[0][0] == "t" if found else None


class Occasion(NamedTuple):
    """Why people are told: an author wrote in a conversation, or a reader has read there."""

    id: str
    author: str | None = None
    reader: str | None = None


class Reader(NamedTuple):
    """A member's numbers of unread messages, in a conversation and in all, and the user sockets to tell.

    `has_read` if they are the reader of an occasion. For another member without user sockets nothing is counted, since
    nothing is told. `is_reading` while a client that does not report reading has a socket in the conversation;
    `is_blocked` if one of the two members has blocked the other.
    """

    conversation_id: str
    user_id: str
    has_read: bool
    is_reading: bool
    is_blocked: bool
    read_seq: int
    unread: int
    total: int
    sockets: list[str]
    # If they have read: the conversation's listeners, as in `user_sockets.list_listeners` but in one text.
    listeners: str | None


COUNT_ELSEWHERE = compose(
    """
SELECT coalesce(sum({unread}), 0)::bigint FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id
WHERE m.user_id = readers.user_id AND m.conversation_id <> readers.conversation_id AND c.last_seq > m.read_seq
""",
    unread=COUNT_UNREAD,
)
LIST_READERS = Query(
    Reader,
    compose(
        """
WITH members AS (
    SELECT m.conversation_id, m.user_id, m.read_seq, bool_or(occasion.reader IS NOT NULL) AS has_read,
        ARRAY(SELECT id FROM connections s WHERE s.user_id = m.user_id AND s.protocol = 3) AS sockets
    FROM jsonb_to_recordset(%(occasions)s::jsonb) AS occasion (id uuid, author uuid, reader uuid)
    JOIN conversation_members m ON m.conversation_id = occasion.id
        AND m.user_id <> occasion.author IS NOT FALSE AND m.user_id = occasion.reader IS NOT FALSE
    GROUP BY m.conversation_id, m.user_id
), readers AS (
    SELECT m.conversation_id, m.user_id, m.has_read, m.sockets, {read_seq} AS read_seq, {is_reading} AS is_reading,
        c.is_blocked, CASE WHEN m.has_read OR m.sockets <> '{}' THEN {unread} ELSE 0 END AS unread
    FROM members m JOIN conversations c ON c.id = m.conversation_id
)
SELECT conversation_id::text, user_id::text, has_read, is_reading, is_blocked, read_seq, unread,
    CASE WHEN sockets <> '{}' THEN unread + ({elsewhere}) ELSE 0 END AS total, sockets,
    CASE WHEN has_read THEN conversation_listeners(conversation_id) END AS listeners
FROM readers
""",
        is_reading=IS_READING,
        read_seq=READ_SEQ,
        unread=COUNT_UNREAD,
        elsewhere=COUNT_ELSEWHERE,
    ),
)


def list_readers(occasions: Iterable[Occasion]) -> list[Reader]:
    """The recipients of messages and the members who have read; each only once per conversation."""
    with connection() as db:
        return LIST_READERS.all(db, {"occasions": json_text([each._asdict() for each in occasions])})


def find_reader(conversation_id: UUID, user_id: UUID) -> Reader | None:
    """A member, with what they have not read."""
    return next(iter(list_readers([Occasion(str(conversation_id), reader=str(user_id))])), None)
