"""Statements about reactions. Plain psycopg: the WebSocket handler must start fast."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from functions.chat.data.message_changes import CHANGE
from functions.chat.domain.changes import ChangedMessage, MessageReactions
from functions.chat.domain.events import ReactionData
from functions.chat.domain.messages import Message
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose

TOUCH = """UPDATE messages m SET change_seq = locked.change_seq FROM locked
    WHERE m.conversation_id = locked.id AND m.seq = %(seq)s AND m.deleted_at IS NULL {more} RETURNING m.*"""
ADD = Query(
    ChangedMessage,
    compose(
        CHANGE,
        change=compose(TOUCH, more=Sql("AND NOT locked.is_blocked")),
        and_then=Sql(""", added AS (
    INSERT INTO message_reactions AS r (conversation_id, seq, user_id, emojis)
    SELECT conversation_id, seq, %(user_id)s, ARRAY[%(emoji)s::text] FROM changed
    ON CONFLICT (conversation_id, seq, user_id) DO UPDATE
    SET emojis = array_append(array_remove(r.emojis, %(emoji)s::text), %(emoji)s::text)
)"""),
    ),
)
REMOVE = Query(
    ChangedMessage,
    compose(
        CHANGE,
        change=compose(TOUCH, more=Sql()),
        and_then=Sql(""", removed AS (
    UPDATE message_reactions r SET emojis = array_remove(r.emojis, %(emoji)s::text) FROM changed
    WHERE r.conversation_id = changed.conversation_id AND r.seq = changed.seq AND r.user_id = %(user_id)s
)"""),
    ),
)


def set_reaction(conversation_id: UUID, user_id: UUID, seq: int, emoji: str, *, on: bool) -> ChangedMessage | None:
    """Add an emoji to a message, or remove it; None if there is no such message (any more), or if either user has

    blocked the other.
    Raises psycopg.errors.CheckViolation if the user already has the maximum on it.
    """
    values = {"conversation_id": conversation_id, "user_id": user_id, "seq": seq, "emoji": emoji}
    with connection() as db:
        return (ADD if on else REMOVE).one(db, values)


class Reaction(NamedTuple):
    """An emoji on a message, with the ids of the people who added it."""

    seq: int
    emoji: str
    users: list[str]


LIST = Query(
    Reaction,
    """
SELECT r.seq, emoji, array_agg(r.user_id::text ORDER BY r.user_id) AS users
FROM message_reactions r, unnest(r.emojis) AS emoji
WHERE r.conversation_id = %(conversation_id)s AND r.seq = ANY(%(seqs)s)
GROUP BY r.seq, emoji ORDER BY r.seq, emoji
""",
)


def list_reactions(conversation_id: UUID, messages: Sequence[Message]) -> dict[int, list[ReactionData]]:
    """The reactions to messages of a conversation, by `seq`; only changed messages have any."""
    seqs = [message.seq for message in messages if message.change_seq is not None]
    if not seqs:
        return {}
    with connection() as db:
        rows = LIST.all(db, {"conversation_id": conversation_id, "seqs": seqs})
    found: dict[int, list[ReactionData]] = {}
    for each in rows:
        found.setdefault(each.seq, []).append({"emoji": each.emoji, "users": each.users})
    return found


LIST_OF_MESSAGE = Query(
    MessageReactions,
    """
SELECT coalesce(m.change_seq, 0) AS change_seq, coalesce((
    SELECT json_agg(json_build_object('emoji', emoji, 'users', users) ORDER BY emoji) FROM (
        SELECT emoji, array_agg(r.user_id ORDER BY r.user_id) AS users
        FROM message_reactions r, unnest(r.emojis) AS emoji
        WHERE r.conversation_id = m.conversation_id AND r.seq = m.seq
        GROUP BY emoji
    ) each
), '[]') AS reactions
FROM messages m WHERE m.conversation_id = %(conversation_id)s AND m.seq = %(seq)s
""",
)


def get_reactions(conversation_id: UUID, seq: int) -> MessageReactions:
    """The reactions to an existing message. Raises shared.kit.db.query.NoRow."""
    with connection() as db:
        return LIST_OF_MESSAGE.get(db, {"conversation_id": conversation_id, "seq": seq})
