"""Conversion between local wall-clock time and instants, across clock changes.

A time of day that occurs twice means its first occurrence (`fold` 0). One that never occurs means the moment at which
the clocks skip it. So later times of day are never earlier instants, and intervals that do not overlap in wall-clock
time do not overlap.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.free_time import Span
from shared.domain.time_of_day import MINUTES_PER_DAY

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class LocalInterval(NamedTuple):
    """Part of a day in wall-clock time of a zone, in minutes since its midnight."""

    day: date
    starts: int
    ends: int


def instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the clocks show so many minutes after midnight; 1440 is the day's end."""
    wall = _wall(day, minutes)
    skipped = 0
    while not _occurs(wall, zone):
        wall -= MINUTE
        skipped = 1
    return wall.replace(tzinfo=zone).astimezone(UTC) + skipped * MINUTE


def local_intervals(span: Span, zone: ZoneInfo) -> list[LocalInterval]:
    """Intervals that cover a span and no more, except for fractions of minutes and repeated hours."""
    day, last = span.starts_at.astimezone(zone).date(), span.ends_at.astimezone(zone).date()
    found = []
    while day <= last:
        starts = _minutes(span.starts_at.astimezone(zone), day)
        ends = _minutes(span.ends_at.astimezone(zone), day)
        while ends < MINUTES_PER_DAY and instant(day, ends, zone) < span.ends_at:
            ends += 1
        if starts < ends:
            found.append(LocalInterval(day, starts, ends))
        day += DAY
    return found


def _wall(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time()) + minutes * MINUTE


def _occurs(wall: datetime, zone: ZoneInfo) -> bool:
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == wall


def _minutes(moment: datetime, day: date) -> int:
    """Wall-clock minutes, rounded down, from a day's midnight to a moment, clamped to 0..1440."""
    passed = moment.replace(tzinfo=None) - _wall(day, 0)
    return max(0, min(passed // MINUTE, MINUTES_PER_DAY))
