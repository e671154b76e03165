"""Checks socket frames against their schemas."""

import json
from functools import cache
from typing import Any

import jsonschema_rs

from local.asyncapi import description


@cache
def _validator(key: str) -> Any:
    components = description()["components"]
    message = components["messages"].get(key)
    if message is None:
        return None
    document = {**message["payload"], "components": {"schemas": components["schemas"]}}
    return jsonschema_rs.Draft202012Validator(document, validate_formats=True)


def complaints(prefix: str, frame: dict[str, Any]) -> list[str]:
    """What is wrong with a frame; `prefix` is "send" for frames from clients, "hear" for frames to clients."""
    validator = _validator(f"{prefix}_{frame['event']}")
    if validator is None:
        return [f"there is no event {frame['event']}"]
    return [f"{error.message} in {json.dumps(frame)}" for error in validator.iter_errors(frame)]
