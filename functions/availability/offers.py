"""What rules offer, and what has to change so that a schedule shows it. Nothing here asks the database."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from functions.availability.wall_clock import DAY, comes, instant
from shared.domain.free_time import Span


class Weekly(NamedTuple):
    """Hours of every week, in minutes since midnight; weekdays count from Monday = 1 (ISO 8601)."""

    weekday: int
    starts: int
    ends: int


class Override(NamedTuple):
    """What some days, the last one included, have more or less."""

    kind: Literal["extra", "off"]
    first_day: date
    last_day: date
    starts: int
    ends: int


@dataclass(frozen=True)
class Rules:
    """All that says when a tutor is available."""

    zone: ZoneInfo
    weekly: Sequence[Weekly]
    overrides: Sequence[Override]

    def offered(self, first: date, last: date) -> Iterator[Span]:
        """The time offered on some days, the last one included: sorted, no span crosses a day's end."""
        day = first
        while day <= last:
            yield from self.offered_on(day)
            day += DAY

    def offered_on(self, day: date) -> Iterator[Span]:
        """Weekly and extra hours without what is off.

        Hours that begin at a time the clocks jump over are not offered that day (as RFC 5545, section 3.3.10, has
        it); what ends at such a time ends where they jump.
        """
        weekday = day.isoweekday()
        today = [each for each in self.overrides if each.first_day <= day <= each.last_day]
        hours = [(each.starts, each.ends) for each in self.weekly if each.weekday == weekday]
        hours += [(each.starts, each.ends) for each in today if each.kind == "extra"]
        if not hours:
            return iter(())
        offered = merged(self._span(day, starts, ends) for starts, ends in hours if comes(day, starts, self.zone))
        off = merged(self._span(day, each.starts, each.ends) for each in today if each.kind == "off")
        return without(offered, off)

    def _span(self, day: date, starts: int, ends: int) -> Span:
        return Span(instant(day, starts, self.zone), instant(day, ends, self.zone))


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as sorted spans that neither overlap nor touch."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        elif span.starts_at < span.ends_at:
            found.append(span)
    return found


def without(spans: Iterable[Span], holes: Sequence[Span]) -> Iterator[Span]:
    """What is left of sorted spans without the time of some others, which are sorted and free of overlaps."""
    place = 0
    for span in spans:
        start = span.starts_at
        while place < len(holes) and holes[place].ends_at <= start:
            place += 1
        following = place
        while following < len(holes) and holes[following].starts_at < span.ends_at:
            if start < holes[following].starts_at:
                yield Span(start, holes[following].starts_at)
            start = max(start, holes[following].ends_at)
            following += 1
        if start < span.ends_at:
            yield Span(start, span.ends_at)


class StoredItem(NamedTuple):
    """A row of a schedule."""

    id: int
    span: Span
    is_rule: bool


def difference(offered: Iterable[Span], stored: Iterable[StoredItem], since: datetime) -> tuple[list[int], list[Span]]:
    """Which items go and which come, so that what ends after `since` is what is offered.

    Explicit items and what has ended stay, and nothing is made over them; so do the items that are right already.
    """
    kept, replaceable = [], {}
    for item in stored:
        if item.is_rule and item.span.ends_at > since:
            replaceable[item.span] = item.id
        else:
            kept.append(item.span)
    wanted = [span for span in without(offered, sorted(kept)) if span.ends_at > since]
    gone = replaceable.keys() - set(wanted)
    return sorted(replaceable[span] for span in gone), [span for span in wanted if span not in replaceable]
