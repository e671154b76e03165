"""Frames sent to clients of protocols 2 and 3."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions.chat.domain.events import ClosingEvent, ClosingReason
from shared.domain.timestamps import format_time
from shared.kit.json import json_text


def refused_frame(client_id: str | None, code: str) -> dict[str, Any]:
    """The frame for senders of protocols 2 and 3 that says why a message was not stored or a frame was rejected."""
    return event_frame("message_refused", {"client_id": client_id, "code": code})


def closing_event(reason: ClosingReason, closes_at: datetime) -> ClosingEvent:
    return {"reason": reason, "closes_at": format_time(closes_at)}


def event_frame(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """An event in the form for clients of protocols 2 and 3."""
    return {"event": name, "data": data}


def encode(frame: Any) -> bytes:
    return json_text(frame).encode()
