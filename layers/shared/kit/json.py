"""JSON as sent to clients and stored in Redis: without whitespace, non-ASCII letters unescaped."""

import json
from collections.abc import Iterable, Mapping
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]  # typeshed leaves them out
from typing import Any

# What a JSONEncoder makes anew for every text, which takes as long as a short text itself: without a look for circles,
# with the default for unknown types, letters as they are, no indent, the separators, keys as they come, none left out.
_encode = c_make_encoder(None, json.JSONEncoder().default, encode_basestring, None, ":", ",", False, False, True)


def json_text(value: Any) -> str:
    """Raises TypeError for what JSON does not know, RecursionError for what holds itself."""
    return "".join(_encode(value, 0))


def json_object(members: Mapping[str, str]) -> str:
    """Put JSON texts together to an object."""
    return "{" + ",".join(f"{json_text(name)}:{text}" for name, text in members.items()) + "}"


def json_array(items: Iterable[str]) -> str:
    """Put JSON texts together to an array."""
    return "[" + ",".join(items) + "]"
