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
from typing import Literal
from zoneinfo import ZoneInfo

from shared.data.calendars import LOAD_CALENDAR, BookingTerms, CalendarRow
from shared.kit.db.pool import PooledConnection
from shared.kit.psycopg import Multirange

# Why a stretch of time cannot be booked.
Reason = Literal["in_the_past", "too_short_notice", "beyond_window", "not_offered", "taken", "day_full", "week_full"]


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of time in UTC; the end does not belong to it."""

    starts_at: datetime
    ends_at: datetime


class Terms(BookingTerms):
    """On what terms a tutor can be booked, and what follows from them."""

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def busy(self, span: Span) -> Span:
        """The time a session keeps others away: itself and its buffers."""
        before, after = timedelta(minutes=self.buffer_before), timedelta(minutes=self.buffer_after)
        return Span(span.starts_at - before, span.ends_at + after)

    def day(self, moment: datetime) -> date:
        """The tutor's calendar day, in which sessions are counted."""
        return moment.astimezone(self.zone).date()


@dataclass(frozen=True)
class Calendar:
    """A tutor's time around a window, as the database has it at the moment `now`.

    `offered`, `explicit` (the part of it entered one by one) and `busy` (sessions with their buffers) are sorted and
    free of overlaps; `sessions` are the starts of sessions, for the limits; `beginnings`, sorted, those of what is
    offered item by item.
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
        """Why a stretch of time cannot be booked now; None if it can."""
        terms = self.terms
        if span.starts_at < self.now:
            return "in_the_past"
        if span.starts_at < self.now + timedelta(minutes=terms.minimum_notice):
            return "too_short_notice"
        # The window bounds what rules offer; an explicit item can be booked however far away it is. Behind the window
        # nothing is known of the rules' hours, so this comes first.
        if span.starts_at > self.now + timedelta(days=terms.booking_window) and not self.entered_by_hand(span):
            return "beyond_window"
        if not _within(span, self.offered):
            return "not_offered"
        if self.is_taken(span):
            return "taken"
        return self.limit_reached(span.starts_at)

    def entered_by_hand(self, span: Span) -> bool:
        """Whether explicit items alone offer all of it."""
        return _within(span, self.explicit)

    def is_taken(self, span: Span) -> bool:
        """Whether something else of the tutor's, or its buffer, is in the way of a session or its buffers."""
        return _overlaps(self.terms.busy(span), self.busy)

    def limit_reached(self, moment: datetime) -> Reason | None:
        """Whether the tutor gives no more sessions in the day or the week of a moment."""
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
        """Every bookable slot of `length` minutes that lies in the window, a step apart from where an item begins.

        Each item starts its own count, so that the slots of a day do not depend on the window they are asked for in.
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
        """What is offered without a break, from one item's beginning to the next one's."""
        first = bisect_right(self.beginnings, offer.starts_at)
        last = bisect_left(self.beginnings, offer.ends_at)
        for start, end in pairwise((offer.starts_at, *self.beginnings[first:last], offer.ends_at)):
            yield Span(start, end)


def _within(span: Span, spans: Sequence[Span]) -> bool:
    """Whether one of some sorted spans contains another."""
    place = bisect_right(spans, span.starts_at, key=lambda each: each.starts_at) - 1
    return place >= 0 and span.ends_at <= spans[place].ends_at


def _overlaps(span: Span, spans: Sequence[Span]) -> bool:
    """Whether one of some sorted spans, free of overlaps, has time in common with another."""
    place = bisect_right(spans, span.starts_at, key=lambda each: each.starts_at) - 1
    if place >= 0 and span.starts_at < spans[place].ends_at:
        return True
    return place + 1 < len(spans) and spans[place + 1].starts_at < span.ends_at


def load_calendar(
    db: PooledConnection, tutor_id: int, window: Span, *, but_sessions: Sequence[int] = ()
) -> Calendar | None:
    """A tutor's calendar around a window, without the sessions that are about to move; None for unknown tutors.

    To book by it the tutor must be locked first (`shared.data.locking`): then nothing changes before the commit.
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
    """The calendar in a row of the database."""
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
    """The database merges and sorts."""
    return [
        Span(each.lower.astimezone(UTC), each.upper.astimezone(UTC))
        for each in ranges or ()
        if each.lower is not None and each.upper is not None
    ]
