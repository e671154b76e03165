"""Which time of a tutor is free: one rule for listing slots and for booking them.

Everything is compared in UTC: Python compares datetimes of one zone by wall clock, which repeats an hour in autumn.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from shared.data.calendars import LOAD_CALENDAR, BookingTerms, CalendarRow
from shared.kit.db.pool import PooledConnection
from shared.kit.psycopg import Multirange

# Why an interval cannot be booked.
Reason = Literal["in_the_past", "too_short_notice", "beyond_window", "not_offered", "taken", "day_full", "week_full"]


class Span(NamedTuple):
    """An interval in UTC; its end is exclusive."""

    starts_at: datetime
    ends_at: datetime


class Terms(BookingTerms):
    """A tutor's terms of booking, and what follows from them."""

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def busy(self, span: Span) -> Span:
        """The time that a session blocks: itself and its buffers."""
        before, after = timedelta(minutes=self.buffer_before), timedelta(minutes=self.buffer_after)
        return Span(span.starts_at - before, span.ends_at + after)

    def day(self, moment: datetime) -> date:
        """The tutor's calendar day, by which sessions are counted."""
        return moment.astimezone(self.zone).date()


@dataclass(eq=False, repr=False)
class Calendar:
    """A tutor's calendar around a window, as the database has it as of `now`.

    `offered`, `explicit` (the part of it entered by hand) and `busy` (sessions with their buffers) are sorted and do
    not overlap; `sessions` are the starts of sessions, for the limits; `beginnings` are the starts of the offered
    items, sorted.
    """

    now: datetime
    terms: Terms
    offered: Sequence[Span]
    explicit: Sequence[Span]
    busy: Sequence[Span]
    sessions: Sequence[datetime]
    beginnings: Sequence[datetime] = ()

    @cached_property
    def _per_day(self) -> Counter[date]:
        return Counter(self.terms.day(each) for each in self.sessions)

    @cached_property
    def _per_week(self) -> Counter[tuple[int, int]]:
        return Counter(self.terms.day(each).isocalendar()[:2] for each in self.sessions)

    def why_not(self, span: Span) -> Reason | None:
        """Why an interval cannot be booked now; None if it can."""
        terms = self.terms
        if span.starts_at < self.now:
            return "in_the_past"
        if span.starts_at < self.now + timedelta(minutes=terms.minimum_notice):
            return "too_short_notice"
        # The booking window limits time offered by rules; an explicit item can be booked however far ahead. Beyond the
        # window the rules' hours are unknown, so this check comes first.
        if span.starts_at > self.now + timedelta(days=terms.booking_window) and not self.entered_by_hand(span):
            return "beyond_window"
        if not _within(span, self.offered):
            return "not_offered"
        if self.is_taken(span):
            return "taken"
        return self.limit_reached(span.starts_at)

    def entered_by_hand(self, span: Span) -> bool:
        """Whether explicit items alone cover the interval."""
        return _within(span, self.explicit)

    def is_taken(self, span: Span) -> bool:
        """Whether another session of the tutor's, or its buffer, overlaps this session or its buffers."""
        return _overlaps(self.terms.busy(span), self.busy)

    def limit_reached(self, moment: datetime) -> Reason | None:
        """The limit on sessions per day or week that the tutor has reached at this moment, None if neither."""
        terms = self.terms
        if terms.max_per_day is None and terms.max_per_week is None:
            return None
        day = terms.day(moment)
        if terms.max_per_day is not None and self._per_day[day] >= terms.max_per_day:
            return "day_full"
        if terms.max_per_week is not None and self._per_week[day.isocalendar()[:2]] >= terms.max_per_week:
            return "week_full"
        return None

    def free_slots(self, length: int, window: Span) -> Iterator[Span]:
        """Every bookable slot of `length` minutes within the window, a step apart from the start of an item.

        Steps restart at each item, so that the slots of a day do not depend on the requested window.
        """
        step, lasting = timedelta(minutes=self.terms.slot_step), timedelta(minutes=length)
        earliest = max(window.starts_at, self.now + timedelta(minutes=self.terms.minimum_notice))
        for offer in self.offered:
            latest = min(offer.ends_at, window.ends_at) - lasting
            for part in self._items(offer):
                start = part.starts_at + max(0, -(-(earliest - part.starts_at) // step)) * step
                while start < part.ends_at and start <= latest:
                    slot = Span(start, start + lasting)
                    if self.why_not(slot) is None:
                        yield slot
                    start += step

    def _items(self, offer: Span) -> Iterator[Span]:
        """Split a continuous stretch of offered time at the starts of its items."""
        first = bisect_right(self.beginnings, offer.starts_at)
        last = bisect_left(self.beginnings, offer.ends_at)
        for start, end in pairwise((offer.starts_at, *self.beginnings[first:last], offer.ends_at)):
            yield Span(start, end)


def _within(span: Span, spans: Sequence[Span]) -> bool:
    """Whether one of these sorted spans contains the given one."""
    place = bisect_right(spans, span.starts_at, key=lambda each: each.starts_at) - 1
    return place >= 0 and span.ends_at <= spans[place].ends_at


def _overlaps(span: Span, spans: Sequence[Span]) -> bool:
    """Whether one of these sorted spans, which do not overlap, overlaps the given one."""
    place = bisect_right(spans, span.starts_at, key=lambda each: each.starts_at) - 1
    if place >= 0 and span.starts_at < spans[place].ends_at:
        return True
    return place + 1 < len(spans) and spans[place + 1].starts_at < span.ends_at


def load_calendar(
    db: PooledConnection, tutor_id: int, window: Span, *, but_sessions: Sequence[int] = ()
) -> Calendar | None:
    """A tutor's calendar around a window, without the sessions that are about to move; None for unknown tutors.

    Before a booking, lock the tutor first (`shared.data.locking`), so that nothing changes before the commit.
    """
    row = LOAD_CALENDAR.one(db, calendar_values(tutor_id, window, but_sessions))
    return calendar_from(row) if row else None


def calendar_values(tutor_id: int, window: Span, but_sessions: Sequence[int] = ()) -> dict[str, object]:
    """The parameters of LOAD_CALENDAR."""
    return {
        "tutor_id": tutor_id,
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "but": list(but_sessions),
    }


def calendar_from(row: CalendarRow) -> Calendar:
    """Convert a database row to a calendar."""
    return Calendar(
        now=row.now.astimezone(UTC),
        terms=Terms(**{name: getattr(row, name) for name in BookingTerms.__dataclass_fields__}),
        offered=_spans(row.offered),
        explicit=_spans(row.explicit),
        busy=_spans(row.busy),
        sessions=[each.astimezone(UTC) for each in row.sessions or ()],
        beginnings=sorted(each.astimezone(UTC) for each in row.beginnings or ()),
    )


def _spans(ranges: Multirange[datetime] | None) -> list[Span]:
    """The database has merged and sorted the ranges."""
    return [
        Span(each.lower.astimezone(UTC), each.upper.astimezone(UTC))
        for each in ranges or ()
        if each.lower is not None and each.upper is not None
    ]
