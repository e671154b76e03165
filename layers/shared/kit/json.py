"""JSON as sent to clients and stored in Redis: without whitespace, non-ASCII letters unescaped."""

import json
from collections.abc import Iterable, Mapping
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]  # typeshed leaves them out
from typing import Any

# A JSONEncoder builds this anew for every text, which takes as long as encoding a short one. The arguments: no check
# for cycles, the default for unknown types, no escaping, no indent, the separators, keys unsorted, none skipped.
_encode = c_make_encoder(None, json.JSONEncoder().default, encode_basestring, None, ":", ",", False, False, True)


def json_text(value: Any) -> str:
    """Encode a value. Raises TypeError for unknown types, RecursionError for a value that contains itself."""
    return "".join(_encode(value, 0))


def json_object(members: Mapping[str, str]) -> str:
    """Combine JSON texts into an object."""
    return "{" + ",".join(f"{json_text(name)}:{text}" for name, text in members.items()) + "}"


def json_array(items: Iterable[str]) -> str:
    """Combine JSON texts into an array."""
    return "[" + ",".join(items) + "]"
