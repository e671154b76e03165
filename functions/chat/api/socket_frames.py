"""Contents of WebSocket API events."""

import json
from collections.abc import Callable, Mapping
from typing import Any

Event = Mapping[str, Any]
Route = Callable[[Event], dict[str, Any]]
OK = {"statusCode": 200}


def connection_id(event: Event) -> str:
    found: str = event["requestContext"]["connectionId"]
    return found


def read_frame(event: Event) -> dict[str, Any] | None:
    """The frame as an object; None for anything else: broken JSON, another type, a binary frame."""
    if event.get("isBase64Encoded"):
        return None
    try:
        frame = json.loads(event.get("body") or "")
    except (ValueError, RecursionError):
        return None
    return frame if isinstance(frame, dict) else None


def fields_of_frame(frame: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The object in a frame's `data`; an empty one if there is none."""
    data = (frame or {}).get("data")
    return data if isinstance(data, Mapping) else {}


def fields_of(event: Event) -> Mapping[str, Any]:
    """`fields_of_frame` of the received frame."""
    return fields_of_frame(read_frame(event))
