"""When people were last seen, only in Redis: one stream per person with a single entry, whose id is the time.

This needs no Redis commands besides those of the history windows.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.kit.redis import attempt, send_no_reply

KEPT_SECONDS = 90 * 24 * 3600


def note(user_id: UUID) -> datetime:
    """Record that a user was seen now."""
    now = int(time.time() * 1000)
    key = _key(user_id)
    send_no_reply(("XADD", key, "MAXLEN", 1, f"{now}-*", "s", ""), ("EXPIRE", key, KEPT_SECONDS))
    return datetime.fromtimestamp(now / 1000, UTC)


def find(user_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When each user was last seen, if known."""
    found: list[Any] = attempt(lambda client: _ask(client, user_ids), otherwise=[]) if user_ids else []
    return {user_id: _moment(entries[0][0]) for user_id, entries in zip(user_ids, found, strict=False) if entries}


def _ask(client: Any, user_ids: Sequence[UUID]) -> list[Any]:
    pipeline = client.pipeline(transaction=False)
    for user_id in user_ids:
        pipeline.xrevrange(_key(user_id), count=1)
    return list(pipeline.execute())


def _moment(entry_id: bytes) -> datetime:
    return datetime.fromtimestamp(int(entry_id.partition(b"-")[0]) / 1000, UTC)


def _key(user_id: UUID) -> str:
    return f"chat:seen:{user_id}"
