"""The statement that reads a tutor's slots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from shared.data.booking_states import ENDED_STATES
from shared.data.calendars import SELECT_CALENDAR, CalendarRow
from shared.domain.free_time import Calendar, Span, calendar_from
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, compose


@dataclass(eq=False, repr=False)
class _SlotsRow(CalendarRow):
    """Groups are lists of start, end, id, free seats and seats."""

    groups: list[list[Any]] | None


class OpenGroup(NamedTuple):
    """A group session that has free seats."""

    span: Span
    session_id: int
    free_seats: int
    seats: int


class BookableTime(NamedTuple):
    """A tutor's calendar around a window, and the groups in it that can be joined."""

    calendar: Calendar
    groups: Sequence[OpenGroup]


# Students on the waitlist come before a student who books now.
LOAD_BOOKABLE_TIME = Query(
    _SlotsRow,
    compose(
        """
SELECT calendar.*, open.groups FROM ({calendar}) calendar CROSS JOIN LATERAL (
    SELECT json_agg(json_build_array(s.starts_at, s.ends_at, s.id, s.seats - s.booked, s.seats)) AS groups
    FROM (
        SELECT *, (SELECT count(*) FROM bookings
            WHERE session_id = session.id AND state NOT IN {ended_states}) AS booked
        FROM tutoring_sessions session
        WHERE tutor_id = calendar.tutor_id AND taken AND kind = 'group' AND moves_session_id IS NULL
            AND starts_at >= greatest(%(starts_at)s, calendar.now + calendar.minimum_notice * interval '1 minute')
            AND ends_at <= %(ends_at)s
    ) s
    WHERE s.booked < s.seats
        AND NOT EXISTS (SELECT FROM tutoring_sessions held WHERE held.moves_session_id = s.id)
        AND NOT EXISTS (SELECT FROM waitlist_entries WHERE session_id = s.id AND state = 'waiting')
) open
""",
        calendar=SELECT_CALENDAR,
        ended_states=ENDED_STATES,
    ),
)


def load_bookable_time(tutor_id: int, window: Span) -> BookableTime | None:
    """The data from which a tutor's slots are computed; None for tutors that students cannot see."""
    values = {"tutor_id": tutor_id, "starts_at": window.starts_at, "ends_at": window.ends_at, "but": []}
    with connection() as db:
        row = LOAD_BOOKABLE_TIME.one(db, values)
    if row is None:
        return None
    groups = [
        OpenGroup(Span(datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at)), *numbers)
        for starts_at, ends_at, *numbers in row.groups or ()
    ]
    return BookableTime(calendar_from(row), groups)
