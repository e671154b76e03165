"""The history window: the newest messages of a conversation in a Redis stream, rebuilt from PostgreSQL at need.

A stream entry's id is `seq-0`, so Redis itself keeps the order. The window is trusted only if it is contiguous up to
the conversation's last message; otherwise it is read from PostgreSQL and rewritten. Each change of a message starts a
window under a new key, so that nobody reads or writes a stale one.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any
from uuid import UUID

from functions.chat.data import messages as stored_messages
from functions.chat.domain.messages import WINDOW, Message, StoredMessage
from shared.kit.json import json_text
from shared.kit.redis import attempt, send_no_reply

if TYPE_CHECKING:
    import redis

KEPT_SECONDS = 30 * 24 * 3600
# After how many messages the time to live is renewed.
RENEW_EVERY = 50
FIELD = b"m"
# Fields that only some messages have, stored separately because the previous release reads only the other field.
MORE = b"x"
NO_MORE = "[null, null, null, null, null]"


def append(messages: Iterable[StoredMessage]) -> None:
    """Add messages that were just stored. Redis refuses messages that arrive late; the next reader notices the gap."""
    if commands := [command for message in messages for command in _commands(message)]:
        send_no_reply(*commands)


def _commands(stored: StoredMessage) -> Iterator[tuple[Any, ...]]:
    key = _key(stored.conversation_id, stored.change_seq)
    # Not built from a Message, which would take as long as all the rest.
    facts = [stored.id, stored.body, stored.created_at.isoformat(), stored.user_id]
    entry = _entry(facts, [stored.reply_to, None, None, None, stored.attachments])
    # Only the first message creates a window. A lost window is rebuilt by a reader, who also sets its time to live.
    existing = () if stored.seq == 1 else ("NOMKSTREAM",)
    yield "XADD", key, *existing, "MAXLEN", "~", WINDOW, f"{stored.seq}-0", *chain(*entry.items())
    if stored.seq % RENEW_EVERY == 1:
        yield "EXPIRE", key, KEPT_SECONDS


def forget(conversation_id: UUID | str, change_seq: int) -> None:
    """Delete the window before a change, and the window of the first key, the only one the previous release knows."""
    send_no_reply(("DEL", _key(conversation_id, 0), _key(conversation_id, change_seq - 1)))


def list_newest(conversation_id: UUID, last_seq: int, change_seq: int, count: int = WINDOW) -> list[Message]:
    """The newest messages, newest first, at most `count` or WINDOW.

    The caller has read the numbers of the last message and the last change from PostgreSQL.
    """
    most = min(count, WINDOW)
    if most <= 0 or last_seq == 0:
        return []
    key = _key(conversation_id, change_seq)
    entries = attempt(lambda client: client.xrevrange(key, count=most), otherwise=None)
    messages = [_unpacked(entry) for entry in entries or ()]
    if _is_whole(messages, last_seq, most) and _is_stored(conversation_id, messages[0].seq, last_seq):
        return messages
    # No more than asked for: WINDOW messages may have 16 MB, and every change begins a new window.
    stored = stored_messages.list_newest(conversation_id, most)
    attempt(lambda client: _refill(client, key, stored), otherwise=None)
    return stored


def _is_whole(messages: list[Message], last_seq: int, most: int) -> bool:
    """Whether the window is complete: it reaches the last message, has no gaps and the expected length."""
    if not messages or messages[0].seq < last_seq:
        return False
    top = messages[0].seq
    contiguous = all(message.seq == top - place for place, message in enumerate(messages))
    return contiguous and len(messages) == min(most, top)


def _is_stored(conversation_id: UUID, top: int, last_seq: int) -> bool:
    """Whether PostgreSQL has all messages. Later ones were stored meanwhile, or predate a restore of the database."""
    return top == last_seq or top <= stored_messages.get_last_seq(conversation_id)


def _refill(client: "redis.Redis", key: str, messages: Iterable[Message]) -> None:
    pipeline = client.pipeline(transaction=True)
    pipeline.delete(key)
    for message in sorted(messages, key=lambda each: each.seq):
        pipeline.xadd(key, _packed(message), id=f"{message.seq}-0")
    pipeline.expire(key, KEPT_SECONDS)
    pipeline.execute()


def _key(conversation_id: UUID | str, change_seq: int) -> str:
    return f"chat:{conversation_id}:{change_seq}" if change_seq else f"chat:{conversation_id}"


def _packed(message: Message) -> dict[Any, Any]:
    """The stream entry of a message."""
    facts = [message.id, message.body, message.created_at.isoformat(), message.created_by]
    more = [
        message.reply_to,
        _iso(message.edited_at),
        _iso(message.deleted_at),
        message.change_seq,
        message.attachments,
    ]
    return _entry(facts, more)


def _entry(facts: Sequence[str | None], more: Sequence[Any]) -> dict[Any, Any]:
    entry = {FIELD: json_text(facts)}
    return {**entry, MORE: json_text(more)} if any(more) else entry


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _unpacked(entry: Any) -> Message:
    entry_id, values = entry
    message_id, body, created_at, author = json.loads(values[FIELD])
    reply_to, edited_at, deleted_at, change_seq, attachments = json.loads(values.get(MORE, NO_MORE))
    return Message(
        seq=int(entry_id.partition(b"-")[0]),
        id=message_id,
        body=body,
        created_at=datetime.fromisoformat(created_at),
        created_by=author,
        reply_to=reply_to,
        edited_at=_moment(edited_at),
        deleted_at=_moment(deleted_at),
        change_seq=change_seq,
        attachments=attachments,
    )
