"""Statements about changes of sent messages: edits, deletions, hiding and reactions.

Each takes the same conversation lock as storing a message, so `change_seq` follows the order of commits. The message's
row is read again after waiting for the lock, so that the second of two changes sees the first. Plain psycopg: the
WebSocket handler must start fast.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from functions.chat.domain.changes import ChangedMessage
from functions.chat.domain.messages import CHANGEABLE_MINUTES, Message
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Query, Sql, compose

# Only members can access the conversation.
CHANGE = """
WITH locked AS (
    SELECT v.id, v.change_seq + 1 AS change_seq, v.is_blocked
    FROM conversations v JOIN conversation_members m ON m.conversation_id = v.id
    WHERE v.id = %(conversation_id)s AND m.user_id = %(user_id)s
    FOR NO KEY UPDATE OF v
), changed AS (
    {change}
), raised AS (
    UPDATE conversations v SET change_seq = changed.change_seq FROM changed WHERE v.id = changed.conversation_id
){and_then}
SELECT seq, id, body, edited_at, deleted_at, change_seq FROM changed
"""
OWN = """
    FROM locked
    WHERE m.conversation_id = locked.id AND m.seq = %(seq)s AND m.created_by = %(user_id)s AND m.deleted_at IS NULL
"""
FRESH = Sql(f"{OWN} AND m.created_at > clock_timestamp() - interval '{CHANGEABLE_MINUTES} minutes'")
OWN_AND_FRESH = compose("{fresh} RETURNING m.*", fresh=FRESH)
# A client that expects no error text would show it as a message.
OWN_FRESH_AND_HEARD = compose("{fresh} AND NOT locked.is_blocked RETURNING m.*", fresh=FRESH)
EDIT = Query(
    ChangedMessage,
    compose(
        CHANGE,
        change=compose(
            """UPDATE messages m
    SET body = %(body)s, edited_at = clock_timestamp(), change_seq = locked.change_seq {own}""",
            own=OWN_FRESH_AND_HEARD,
        ),
        and_then=Sql(),
    ),
)
# For the author while the message is recent, and for staff at any time.
DELETE, DELETE_ANY = (
    Query(
        ChangedMessage,
        compose(
            CHANGE,
            change=compose(
                "UPDATE messages m SET body = '', deleted_at = clock_timestamp(), change_seq = locked.change_seq {own}",
                own=own,
            ),
            and_then=Sql(""", cleared AS (
    DELETE FROM message_reactions r USING changed
    WHERE r.conversation_id = changed.conversation_id AND r.seq = changed.seq
), removed AS (
    UPDATE attachments a SET removed_at = clock_timestamp() FROM changed WHERE a.message_id = changed.id
)"""),
        ),
    )
    for own in (OWN_AND_FRESH, Sql(f"{OWN} RETURNING m.*"))
)


def edit_message(conversation_id: UUID, user_id: UUID, seq: int, body: str) -> ChangedMessage | None:
    """Edit a user's message; None if it cannot be edited (any more)."""
    values = {"conversation_id": conversation_id, "user_id": user_id, "seq": seq, "body": body}
    with connection() as db:
        return EDIT.one(db, values)


def delete_message(conversation_id: UUID, user_id: UUID, seq: int) -> ChangedMessage | None:
    """Empty a user's message for both users; None if it cannot be deleted (any more).

    Its reactions and attachments go with it: the attachments can no longer be fetched, and a job deletes their files.
    """
    with connection() as db:
        return DELETE.one(db, {"conversation_id": conversation_id, "user_id": user_id, "seq": seq})


def delete_any_message(db: PooledConnection, conversation_id: UUID, author_id: UUID, seq: int) -> ChangedMessage | None:
    """`delete_message` for staff, whenever the message was sent, in the caller's transaction."""
    return DELETE_ANY.one(db, {"conversation_id": conversation_id, "user_id": author_id, "seq": seq})


# The message itself is unchanged, so the other user is not told.
HIDE = Query(
    ChangedMessage,
    compose(
        CHANGE,
        change=Sql("""SELECT m.conversation_id, m.seq, m.id, m.body, m.edited_at, m.deleted_at, locked.change_seq
    FROM locked JOIN messages m ON m.conversation_id = locked.id WHERE m.seq = %(seq)s"""),
        and_then=Sql(""", hidden AS (
    INSERT INTO hidden_messages (user_id, conversation_id, seq, change_seq)
    SELECT %(user_id)s, conversation_id, seq, change_seq FROM changed
    ON CONFLICT (user_id, conversation_id, seq) DO UPDATE SET change_seq = excluded.change_seq
)"""),
    ),
)


def hide_message(conversation_id: UUID, user_id: UUID, seq: int) -> ChangedMessage | None:
    """Hide a message from one member; None if there is no such message for them."""
    with connection() as db:
        return HIDE.one(db, {"conversation_id": conversation_id, "user_id": user_id, "seq": seq})


LIST_HIDDEN = Query(
    int,
    """
SELECT seq FROM hidden_messages
WHERE user_id = %(user_id)s AND conversation_id = %(conversation_id)s AND seq BETWEEN %(first)s AND %(last)s
""",
)


def list_hidden(conversation_id: UUID, user_id: UUID, messages: Sequence[Message]) -> frozenset[int]:
    """The `seq` of those messages that the user has hidden."""
    if not messages:
        return frozenset()
    seqs = [message.seq for message in messages]
    values = {"user_id": user_id, "conversation_id": conversation_id, "first": min(seqs), "last": max(seqs)}
    with connection() as db:
        return frozenset(LIST_HIDDEN.all(db, values))


class FoundMessage(NamedTuple):
    """The facts that decide whether a message can be changed."""

    created_by: UUID
    is_deleted: bool
    is_blocked: bool


FIND = Query(
    FoundMessage,
    """
SELECT m.created_by, m.deleted_at IS NOT NULL AS is_deleted, v.is_blocked
FROM messages m JOIN conversation_members p ON p.conversation_id = m.conversation_id
JOIN conversations v ON v.id = m.conversation_id
WHERE m.conversation_id = %(conversation_id)s AND m.seq = %(seq)s AND p.user_id = %(user_id)s
""",
)


def find_message(conversation_id: UUID, user_id: UUID, seq: int) -> FoundMessage | None:
    """The message; None for users who are not members, and if there is no such message."""
    with connection() as db:
        return FIND.one(db, {"conversation_id": conversation_id, "user_id": user_id, "seq": seq})
