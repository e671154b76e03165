"""JSON as it goes to clients and into Redis: without blanks, letters as they are."""

import json
from collections.abc import Iterable, Mapping

json_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def json_object(members: Mapping[str, str]) -> str:
    """Put JSON texts together to an object."""
    return "{" + ",".join(f"{json_text(name)}:{text}" for name, text in members.items()) + "}"


def json_array(items: Iterable[str]) -> str:
    """Put JSON texts together to an array."""
    return "[" + ",".join(items) + "]"
