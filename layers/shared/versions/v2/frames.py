"""Frames sent to sockets of version 2: objects without an event envelope, with absolute URLs."""

from datetime import datetime
from typing import Any

from shared.domain.timestamps import format_socket_time
from shared.versions.addresses import absolute, own_address
from shared.versions.v2 import PREFIX
from shared.versions.v2.people import with_both, with_file


def message(stored: dict[str, Any]) -> dict[str, Any]:
    """A message for the sockets of its conversation."""
    found: dict[str, Any] = absolute(with_file(stored), own_address(), PREFIX)
    return found


def conversation(listed: dict[str, Any]) -> dict[str, Any]:
    """Send a conversation to the list's sockets: it moves to the top there and replaces the previous version."""
    found = with_both(listed)
    times = {name: _time(found[name]) for name in ("created_at", "updated_at")}
    last = found["last_message"] and {**found["last_message"], "created_at": _time(found["last_message"]["created_at"])}
    whole: dict[str, Any] = absolute({**found, **times, "last_message": last}, own_address(), PREFIX)
    return whole


def _time(text: str) -> str:
    return format_socket_time(datetime.fromisoformat(text))
