"""The history window: the newest messages of a conversation in a Redis stream, rebuilt from PostgreSQL at need.

A stream entry's id is `seq-0`, so Redis itself keeps the order. The window is believed only if it is
contiguous up to the conversation's last message; otherwise it is read from PostgreSQL and written again.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import redis

from functions.chat.data import messages as stored_messages
from functions.chat.domain.messages import WINDOW, Message, StoredMessage
from shared.kit.json import json_text
from shared.kit.redis import attempt, send_no_reply

KEPT_SECONDS = 30 * 24 * 3600
# How often, in messages, the time to live is renewed.
RENEW_EVERY = 50
FIELD = b"m"


def append(messages: Iterable[StoredMessage]) -> None:
    """Add messages that were just stored. Redis takes none that comes too late: the gap shows to the next reader."""
    if commands := [command for message in messages for command in _commands(message)]:
        send_no_reply(*commands)


def _commands(stored: StoredMessage) -> Iterator[tuple[Any, ...]]:
    key = _key(stored.conversation_id)
    message = Message(stored.seq, stored.id, stored.body, stored.created_at, stored.user_id)
    # Only the first message makes a window. One that was lost is rebuilt, and given its time to live, by a reader.
    existing = () if stored.seq == 1 else ("NOMKSTREAM",)
    yield "XADD", key, *existing, "MAXLEN", "~", WINDOW, f"{stored.seq}-0", FIELD, _packed(message)
    if stored.seq % RENEW_EVERY == 1:
        yield "EXPIRE", key, KEPT_SECONDS


def list_newest(conversation_id: UUID, last_seq: int, count: int = WINDOW) -> list[Message]:
    """The newest messages, newest first, `count` or WINDOW at most; `last_seq` is known from PostgreSQL."""
    most = min(count, WINDOW)
    if most <= 0 or last_seq == 0:
        return []
    key = _key(conversation_id)
    entries = attempt(lambda client: client.xrevrange(key, count=most), otherwise=None)
    if entries is not None and _is_whole(messages := [_unpacked(entry) for entry in entries], last_seq, most):
        return messages
    stored = stored_messages.list_newest(conversation_id, WINDOW)
    attempt(lambda client: _refill(client, key, stored), otherwise=None)
    return stored[:most]


def _is_whole(messages: list[Message], last_seq: int, most: int) -> bool:
    """Whether nothing is missing: it reaches the last message, has no gap, and is as long as it should be."""
    if not messages or messages[0].seq < last_seq:
        return False
    top = messages[0].seq
    contiguous = all(message.seq == top - place for place, message in enumerate(messages))
    return contiguous and len(messages) == min(most, top)


def _refill(client: "redis.Redis", key: str, messages: Iterable[Message]) -> None:
    pipeline = client.pipeline(transaction=True)
    pipeline.delete(key)
    for message in sorted(messages, key=lambda each: each.seq):
        pipeline.xadd(key, {FIELD: _packed(message)}, id=f"{message.seq}-0")
    pipeline.expire(key, KEPT_SECONDS)
    pipeline.execute()


def _key(conversation_id: UUID | str) -> str:
    return f"chat:{conversation_id}"


def _packed(message: Message) -> str:
    return json_text([message.id, message.body, message.created_at.isoformat(), message.created_by])


def _unpacked(entry: Any) -> Message:
    entry_id, values = entry
    message_id, body, created_at, author = json.loads(values[FIELD])
    return Message(
        seq=int(entry_id.partition(b"-")[0]),
        id=message_id,
        body=body,
        created_at=datetime.fromisoformat(created_at),
        created_by=author,
    )
