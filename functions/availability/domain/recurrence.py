"""The times that weekly hours and their overrides offer on each day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from functions.availability.domain.intervals import merge, subtract
from functions.availability.domain.wall_clock import DAY, instant
from shared.domain.free_time import Span


@dataclass(frozen=True, slots=True, order=True)
class WeeklyHours:
    """Weekly hours, in minutes since midnight; weekdays count from Monday = 1 (ISO 8601)."""

    weekday: int
    starts: int
    ends: int


class Override(NamedTuple):
    """Extra time or time off on some days, the last one included."""

    kind: Literal["extra", "off"]
    first_day: date
    last_day: date
    starts: int
    ends: int

    def meets(self, span: Span, zone: ZoneInfo) -> bool:
        """Whether the override overlaps a span, by the clocks of a zone."""
        day = max(self.first_day, span.starts_at.astimezone(zone).date())
        last = min(self.last_day, span.ends_at.astimezone(zone).date())
        while day <= last:
            if instant(day, self.starts, zone) < span.ends_at and span.starts_at < instant(day, self.ends, zone):
                return True
            day += DAY
        return False


class Rules(NamedTuple):
    """All rules about when a tutor is available."""

    zone: ZoneInfo
    weekly: Sequence[WeeklyHours]
    overrides: Sequence[Override]

    def offered(self, first: date, last: date) -> Iterator[Span]:
        """The time offered from the first to the last day, inclusive: sorted, and no span crosses midnight."""
        day = first
        while day <= last:
            yield from self.offered_on(day)
            day += DAY

    def offered_on(self, day: date) -> Iterator[Span]:
        """The time offered on a day: weekly and extra hours, minus time off.

        A start or end that a clock change skips moves to the moment of the change, so hours between two such vanish.
        """
        weekday = day.isoweekday()
        today = [each for each in self.overrides if each.first_day <= day <= each.last_day]
        hours = [(each.starts, each.ends) for each in self.weekly if each.weekday == weekday]
        hours += [(each.starts, each.ends) for each in today if each.kind == "extra"]
        if not hours:
            return iter(())
        offered = merge(self._span(day, starts, ends) for starts, ends in hours)
        off = merge(self._span(day, each.starts, each.ends) for each in today if each.kind == "off")
        return subtract(offered, off)

    def _span(self, day: date, starts: int, ends: int) -> Span:
        return Span(instant(day, starts, self.zone), instant(day, ends, self.zone))
