"""Versions over WebSockets: translating their handshakes to the API's, and the frames sent to their sockets."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.kit.json import json_text

NOT_FOUND = 404
# Maps a handshake event to the query in the API's terms, or to the status of a refusal.
Handshake = Callable[[Mapping[str, Any]], dict[str, str] | int]


def _second() -> Handshake:
    from shared.versions.v2.handshakes import read_handshake

    return read_handshake


HANDSHAKES: Mapping[str, Callable[[], Handshake]] = {"2": _second}


def read_handshake(event: Mapping[str, Any]) -> dict[str, str] | int:
    """The query of a handshake in the API's terms, also for a version's handshake; or the status that refuses it."""
    query: dict[str, str] = event.get("queryStringParameters") or {}
    number = query.get("version")
    if number is None:
        return query
    load = HANDSHAKES.get(number)
    return load()(event) if load else NOT_FOUND


def message_frame(message: dict[str, Any]) -> bytes:
    """A message as UNFRAMED sockets of its conversation get it."""
    from shared.versions.v2 import frames

    return _encoded(frames.message(message))


def conversation_frame(conversation: dict[str, Any]) -> bytes:
    """A conversation as LISTING sockets get it."""
    from shared.versions.v2 import frames

    return _encoded(frames.conversation(conversation))


def _encoded(frame: Any) -> bytes:
    return json_text(frame).encode()
