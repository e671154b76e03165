"""What a client has of its conversations: a place in each, or one opaque cursor for all."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from functions.chat.domain.messages import canonical_uuid
from shared.kit.db.integers import MAX_INT64

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# In the year 2200, which PostgreSQL and Python support.
LAST = 7_258_118_400_000_000
MOST_CHANGES = 100
MAX_CURSOR = 8_000


class Known(NamedTuple):
    """The last message and the last change that a client knows of a conversation."""

    conversation_id: UUID
    seq: int
    change_seq: int | None


class SyncCursor(NamedTuple):
    """A time up to which all messages are known, and the last known change of some conversations."""

    since: datetime
    changes: Sequence[Known]

    def text(self) -> str:
        changes = {each.conversation_id.hex: each.change_seq for each in self.changes}
        raw = json.dumps([(self.since - EPOCH) // MICROSECOND, changes]).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(text: object) -> SyncCursor | None:
    """Parse a cursor, which clients may have forged; None for an invalid one."""
    if not isinstance(text, str) or len(text) > MAX_CURSOR:
        return None
    try:
        moment, changes = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        known = [Known(UUID(hex=each), 0, _number(change_seq)) for each, change_seq in changes.items()]
        since = EPOCH + _number(moment, LAST) * MICROSECOND
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError):
        return None
    return SyncCursor(since, known[:MOST_CHANGES])


def read_known(value: object) -> list[Known] | None:
    """Parse what a client knows: {"<conversation>": <seq>}, or {"seq", "change_seq"} for each; None if invalid."""
    if not isinstance(value, dict):
        return None
    try:
        return [_known(each, place) for each, place in value.items()]
    except (ValueError, TypeError):
        return None


def _known(conversation: str, place: object) -> Known:
    if canonical_uuid(conversation) is None:
        raise ValueError(conversation)
    if not isinstance(place, dict):
        return Known(UUID(conversation), _number(place), None)
    if not place.keys() <= {"seq", "change_seq"}:
        raise ValueError(place)
    change_seq = place.get("change_seq")
    return Known(UUID(conversation), _number(place.get("seq")), None if change_seq is None else _number(change_seq))


def _number(value: object, most: int = MAX_INT64) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(value)
    return value
