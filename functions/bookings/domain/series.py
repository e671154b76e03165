"""Weekly series: the same time of day, in the tutor's zone, for some weeks."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.bookings.domain.errors import SLOT_ERRORS, Conflict, SlotConflict
from shared.domain.free_time import Span
from shared.domain.timestamps import format_time

WEEK = timedelta(weeks=1)
# The most that a clock change can shift a session.
LEEWAY = timedelta(hours=3)

# Each time that cannot be booked, with the error code that clients read.
Conflicts = list[dict[str, str]]


class SeriesConflict(Conflict):
    """Some of the weeks cannot be booked, so none were; each is listed with its reason."""

    code = "series_conflict"
    detail = "Części terminów nie można zarezerwować."
    body: Any = {
        "detail": detail,
        "code": code,
        "conflicts": [{"start_time": "2027-05-17T16:00:00+02:00", "code": "slot_taken"}],
    }
    facts = {"conflicts": {"type": "array", "items": {"$ref": "#/components/schemas/SkippedTime"}}}

    def __init__(self, conflicts: Conflicts | None = None) -> None:
        super().__init__(conflicts)
        self.body = {"detail": self.detail, "code": self.code, "conflicts": conflicts or []}


def window(span: Span, weeks: int) -> Span:
    """The span from the start to the end of a whole series."""
    return Span(span.starts_at, span.ends_at + weeks * WEEK + LEEWAY)


def occurrences(span: Span, weeks: int, zone: ZoneInfo) -> list[Span]:
    """The first session and those of the following weeks; each lasts as long as the first.

    A session at a time of day that a clock change skips is shifted by the skipped amount (RFC 5545, section 3.3.5).
    """
    first, length = span.starts_at.astimezone(zone), span.ends_at - span.starts_at
    starts = [(first + week * WEEK).astimezone(UTC) for week in range(weeks)]
    return [Span(start, start + length) for start in starts]


def shifted(spans: Sequence[Span], first: Span, zone: ZoneInfo) -> list[Span]:
    """The sessions, each moved and lengthened by the same amount as the first, by the zone's clock."""
    by = _wall_clock(first.starts_at, zone) - _wall_clock(spans[0].starts_at, zone)
    grown = (first.ends_at - first.starts_at) - (spans[0].ends_at - spans[0].starts_at)
    starts = [(each.starts_at.astimezone(zone) + by).astimezone(UTC) for each in spans]
    return [
        Span(start, start + (each.ends_at - each.starts_at) + grown) for start, each in zip(starts, spans, strict=True)
    ]


def _wall_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def conflicts(spans: Sequence[Span], reasons: Sequence[SlotConflict | None]) -> Conflicts:
    """The spans that cannot be booked."""
    return [
        {"start_time": format_time(span.starts_at), "code": SLOT_ERRORS[reason].code}
        for span, reason in zip(spans, reasons, strict=True)
        if reason
    ]
