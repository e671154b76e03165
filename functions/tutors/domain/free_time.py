"""The search for tutors who are free at given hours of some weekdays, in the searcher's time zone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.domain.free_time import Span
from shared.domain.time_of_day import MINUTES_PER_DAY

DEFAULT_DAYS, MAX_DAYS = 14, 60


@dataclass(frozen=True)
class FreeTime:
    """Hours in minutes since midnight on ISO weekdays, within so many days; a session lasts `length` minutes.

    Hours whose end is not after their start extend past midnight. Without a length, it is the tutor's first.
    """

    starts: int
    ends: int
    weekdays: frozenset[int]
    zone: ZoneInfo
    days: int
    length: int | None

    def windows(self, now: datetime) -> list[Span]:
        """The windows that a session must fit into: sorted, neither overlapping nor touching."""
        last = now + timedelta(days=self.days)
        found: list[Span] = []
        for window in self._daily(now.astimezone(self.zone).date()):
            starts_at, ends_at = max(window.starts_at, now), min(window.ends_at, last)
            if found and starts_at <= found[-1].ends_at:
                found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, ends_at))
            elif starts_at < ends_at:
                found.append(Span(starts_at, ends_at))
        return found

    def _daily(self, today: date) -> Iterator[Span]:
        """Daily windows, starting with yesterday's, which may extend into today."""
        for number in range(-1, self.days + 1):
            day = today + timedelta(days=number)
            if day.isoweekday() in self.weekdays:
                ends = self.ends + (MINUTES_PER_DAY if self.ends <= self.starts else 0)
                yield Span(self._instant(day, self.starts, max), self._instant(day, ends, min))

    def _instant(self, day: date, minutes: int, choose: Callable[..., datetime]) -> datetime:
        """A wall-clock time in UTC; one that occurs twice or never is resolved so that the window gets narrower."""
        wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
        readings = (wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        return choose(*readings)
