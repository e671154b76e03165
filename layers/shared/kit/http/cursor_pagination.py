"""Cursor pagination: a cursor is where the last page ended, opaque to clients, never a count or an offset.

A page may also end early, because the size of a response is limited.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable
from typing import Any, AnyStr, NamedTuple
from urllib.parse import urlencode

from shared.kit.db.integers import MAX_INT64

# A Lambda function's response is limited to 6 MB, counted after Lambda has encoded it, which turns one byte into at
# most three (ł, two bytes, becomes \\u0142).
PAGE_BYTES = 1_500_000
# A byte of stored text becomes at most seven (a control character, which JSON turns into \\u0001 and Lambda into
# \\\\u0001), so these limits leave room for everything else.
TEXT_BYTES = 600_000


class BadCursor(ValueError):
    """The text is not one of our cursors, or belongs to another sort order."""


class Cursor(NamedTuple):
    """The last row of a page: the name of the sort order, the row's sort value, and its id."""

    order: str
    value: str
    id: int

    def text(self) -> str:
        raw = json.dumps([self.order, self.value, self.id]).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(text: str, order: str, form: re.Pattern[str]) -> Cursor:
    """Read a cursor of this sort order, whose values match `form`: clients can send anything. Raises BadCursor."""
    try:
        values: Any = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        name, value, row_id = values
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise BadCursor from None
    if name != order or not isinstance(value, str) or not form.fullmatch(value):
        raise BadCursor
    if type(row_id) is not int or not 0 <= row_id <= MAX_INT64:
        raise BadCursor
    return Cursor(name, value, row_id)


def next_link(path: str, query: list[tuple[str, str]]) -> str:
    """The value of a Link header (RFC 8288) that points to the next page."""
    return f'<{path}?{urlencode(query)}>; rel="next"'


def fit_page(records: Iterable[AnyStr], most: int = PAGE_BYTES) -> list[AnyStr]:
    """Take JSON texts (or their bytes) while the previous ones leave room, so that even the largest one fits a page."""
    taken: list[AnyStr] = []
    size = 0
    for record in records:
        if size >= most:
            break
        taken.append(record)
        size += len(record if isinstance(record, bytes) else record.encode())
    return taken
