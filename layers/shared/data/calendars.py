"""A tutor's calendar around a window: the terms of booking, the time on offer, and the time that is taken."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.data.booking_states import ACTIVE_STATES
from shared.kit.db.query import Query, compose
from shared.kit.psycopg import Multirange


# A dataclass, because a NamedTuple cannot be extended; without methods to compare and print it, which Python would
# compile at every start of a function (decision 10).
@dataclass(eq=False, repr=False)
class BookingTerms:
    """The tutor's terms of booking, and what a session inherits from them.

    Lengths, the step, buffers and the notice are in minutes, `booking_window` in days, `cancellation_notice` in hours,
    prices in whole units of the currency per hour. A tutor who is not complete cannot be booked.
    """

    tutor_id: int
    user_id: UUID
    time_zone: str
    session_lengths: list[int]
    slot_step: int
    buffer_before: int
    buffer_after: int
    minimum_notice: int
    booking_window: int
    max_per_day: int | None
    max_per_week: int | None
    confirmation: str
    cancellation_notice: int
    meeting_url: str | None
    group_seats: int
    group_price: int | None
    price: int
    location: str
    online_sessions: bool
    in_person_sessions: bool
    individual_sessions: bool
    group_sessions: bool
    is_complete: bool


@dataclass(eq=False, repr=False)
class CalendarRow(BookingTerms):
    """The terms, and the time on offer and taken as of `now`.

    `explicit` is the part of the offer that was entered by hand; `beginnings` are the starts of its items. `busy` are
    sessions with their buffers, `sessions` their starts. Where the tutor has limits per day or week they cover the
    weeks around the window, otherwise only sessions that the tutor's buffers reach from it. Empty values are None.
    """

    now: datetime
    offered: Multirange[datetime] | None
    explicit: Multirange[datetime] | None
    beginnings: list[datetime] | None
    busy: Multirange[datetime] | None
    sessions: list[datetime] | None


# Where the tutor has limits, all sessions of the weeks around the window count. Otherwise only sessions that could
# overlap are read: reading all those of a busy tutor would take longer than everything else. Lessons that the tutor
# takes as a student are busy time as well.
SELECT_CALENDAR = compose(
    """
SELECT terms.tutor_id, t.user_id, terms.time_zone, terms.session_lengths, terms.slot_step, terms.buffer_before,
    terms.buffer_after, terms.minimum_notice, terms.booking_window, terms.max_per_day, terms.max_per_week,
    terms.confirmation, terms.cancellation_notice, terms.meeting_url, terms.group_seats, terms.group_price,
    t.price, t.location, t.online_sessions, t.in_person_sessions, t.individual_sessions,
    t.group_sessions, t.is_complete, clock_timestamp() AS now, items.offered, items.explicit, items.beginnings,
    taken.busy, taken.sessions
FROM tutors t
JOIN booking_terms terms ON terms.tutor_id = t.id
CROSS JOIN LATERAL (
    SELECT range_agg(tstzrange(starts_at, ends_at)) AS offered,
        range_agg(tstzrange(starts_at, ends_at)) FILTER (WHERE source = 'explicit') AS explicit,
        array_agg(starts_at) AS beginnings
    FROM schedule_items
    WHERE tutor_id = t.id AND tstzrange(starts_at, ends_at) && tstzrange(%(starts_at)s, %(ends_at)s)
) items
CROSS JOIN LATERAL (
    SELECT buffers AS in_the_way, CASE WHEN num_nulls(terms.max_per_day, terms.max_per_week) = 2 THEN buffers
        ELSE interval '9 days' END AS counted
    FROM make_interval(mins => greatest(terms.buffer_before, terms.buffer_after)) AS buffers
) reach
CROSS JOIN LATERAL (
    SELECT range_agg(span) AS busy, array_agg(starts_at) FILTER (WHERE starts_at IS NOT NULL) AS sessions FROM (
        SELECT tstzrange(busy_from, busy_until) AS span, starts_at
        FROM tutoring_sessions
        WHERE tutor_id = t.id AND taken
          AND id <> ALL(%(but)s::bigint[]) AND (moves_session_id IS NULL OR moves_session_id <> ALL(%(but)s::bigint[]))
          AND tstzrange(busy_from, busy_until)
            && tstzrange(%(starts_at)s - reach.counted, %(ends_at)s + reach.counted)
        UNION ALL
        SELECT tstzrange(starts_at, ends_at), NULL
        FROM bookings
        WHERE student_id = t.user_id AND state IN {active_states}
          AND tstzrange(starts_at, ends_at)
            && tstzrange(%(starts_at)s - reach.in_the_way, %(ends_at)s + reach.in_the_way)
    ) spans
) taken
WHERE t.id = %(tutor_id)s AND t.listed
""",
    active_states=ACTIVE_STATES,
)
# A tutor's calendar around a window, without the sessions that are about to move.
LOAD_CALENDAR = Query(CalendarRow, SELECT_CALENDAR)
