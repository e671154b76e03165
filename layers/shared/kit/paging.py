"""Paging by cursor: where the last page ended, opaque to clients, never a count or an offset."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


class BadCursor(ValueError):
    """The text is no cursor of ours, or one of another order."""


@dataclass(frozen=True)
class Cursor:
    """The last row of a page: the name of the order, the value it is sorted by, and its id."""

    order: str
    value: str
    id: int

    def text(self) -> str:
        raw = json.dumps([self.order, self.value, self.id]).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(text: str, order: str) -> Cursor:
    """Raises BadCursor."""
    try:
        values: Any = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        name, value, row_id = values
        float(value)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise BadCursor from None
    if name != order or not isinstance(value, str) or not isinstance(row_id, int) or not 0 <= row_id < 2**63:
        raise BadCursor
    return Cursor(name, value, row_id)


def next_link(path: str, query: list[tuple[str, str]]) -> str:
    """The value of a Link header (RFC 8288) to the next page."""
    return f'<{path}?{urlencode(query)}>; rel="next"'
