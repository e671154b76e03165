"""Absolute addresses: this frontend uses pictures, files and the links of pages as they stand."""

from typing import Any

from shared.kit.json import json_text
from shared.versions.exchange import Answer

PREFIX = "/v2"
# Keys of paths on this host, and of paths of the API, which have the prefix here.
FILES, LINKS = frozenset({"profile_image", "file"}), frozenset({"next", "previous"})
SIGNS = tuple(f'"{key}"'.encode() for key in FILES | LINKS)


def absolute(answer: Answer, own: str) -> Answer:
    """The answer with the addresses in it made absolute; `own` is the scheme and host that was asked."""
    if not answer.is_json or not any(sign in answer.body for sign in SIGNS):
        return answer
    return answer.with_json(_absolute(answer.json, own))


def _absolute(value: Any, own: str) -> Any:
    if isinstance(value, list):
        return [_absolute(each, own) for each in value]
    if isinstance(value, dict):
        return {key: _address(key, each, own) for key, each in value.items()}
    return value


def _address(key: str, value: Any, own: str) -> Any:
    if not isinstance(value, str):
        return _absolute(value, own)
    if key in FILES and value.startswith("/"):
        return own + value
    return f"{own}{PREFIX}{value}" if key in LINKS and value.startswith("/api/") else value


def absolute_text(value: Any, own: str) -> str:
    """The same of a value, as JSON text."""
    return json_text(_absolute(value, own))
