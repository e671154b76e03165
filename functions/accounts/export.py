"""All data of an account as JSON, in pages: a Lambda function's response is limited to 6 MB."""

import json
import re
from collections import defaultdict
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from functions.accounts.queries import EXPORT_PAGE, LISTS, MAX_RECORDS, PARTS, SINGLES, ExportRecord
from shared.domain.attachments import Attachment, attachment_address
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection
from shared.kit.errors import FieldErrors
from shared.kit.http.cursor_pagination import PAGE_BYTES
from shared.kit.http.query_models import QueryModel
from shared.kit.json import json_text

Cursor = tuple[int, str]
START: Cursor = (-1, "")


class BadCursor(FieldErrors):
    """The cursor did not come from a Link header."""

    body: Any = {"cursor": ["Nieprawidłowy kursor."]}

    def __init__(self) -> None:
        super().__init__(BadCursor.body)


class ExportQuery(QueryModel):
    cursor: Annotated[
        str, Field(description="Where the page starts: take it from the previous page's Link header.")
    ] = ""


def read_cursor(text: str) -> Cursor:
    """Where the page starts. Raises BadCursor."""
    if not text:
        return START
    found = re.fullmatch(r"(0|[1-9][0-9]?)-([0-9a-f.-]{0,64})", text, re.ASCII)
    if found is None or int(found[1]) >= len(PARTS):
        raise BadCursor
    return int(found[1]), found[2]


def export_page(user_id: UUID, after: Cursor) -> tuple[str, str | None]:
    """A page as JSON text, and the cursor of the next one if there is more.

    All pages have the same keys; parts on other pages are null or an empty list.
    """
    part, place = after
    # In the middle of a long part, the next page mostly belongs to that part, too: read the other parts only if needed.
    found = _read(user_id, after, last=part) if place else []
    if not _is_full(found):
        found = _read(user_id, after, last=len(PARTS) - 1)
    records: dict[str, list[str]] = defaultdict(list)
    for each in found:
        name = PARTS[each.part]
        records[name].append(_with_url(each.record, user_id) if name == "attachments" else each.record)
    return _as_object(records), f"{found[-1].part}-{found[-1].place}" if _is_full(found) else None


def _read(user_id: UUID, after: Cursor, *, last: int) -> list[ExportRecord]:
    """The records after a cursor that fit on a page, from parts up to `last`."""
    part, place = after
    platform = platform_settings()
    bounds = {"page_bytes": PAGE_BYTES, "max_records": MAX_RECORDS, "part": part, "place": place, "last": last}
    with connection() as db:
        return EXPORT_PAGE.all(
            db, {"zone": platform.time_zone, "currency": platform.currency, "user_id": user_id, **bounds}
        )


def _is_full(found: list[ExportRecord]) -> bool:
    """Whether more records remain for another page."""
    return bool(found) and found[-1].remaining > len(found)


def _with_url(record: str, user_id: UUID) -> str:
    """An attachment with the URL from which its author can download it, for at least a day."""
    attachment = json.loads(record)
    url = attachment_address(Attachment(*attachment.pop("facts")), user_id)
    return json_text({**attachment, "url": url})


def _as_object(records: dict[str, list[str]]) -> str:
    singles = [f'"{name}":{(records[name] or ["null"])[0]}' for name in SINGLES]
    lists = [f'"{name}":[{",".join(records[name])}]' for name in LISTS]
    return "{" + ",".join(singles + lists) + "}"
