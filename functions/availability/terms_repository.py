"""Every statement about the terms of booking, and the one that slots are read with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.rows import dict_row

from shared.data.calendars import SELECT_CALENDAR, CalendarRow
from shared.domain.free_time import Calendar, Span, calendar_from
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Query, compose

TERMS = (
    "time_zone",
    "session_lengths",
    "slot_step",
    "buffer_before",
    "buffer_after",
    "minimum_notice",
    "booking_window",
    "max_per_day",
    "max_per_week",
    "confirmation",
    "cancellation_notice",
    "meeting_url",
    "group_seats",
    "group_price",
    "currency",
)
PUBLIC = """
SELECT row_to_json(terms)::text FROM (
    SELECT b.time_zone, b.session_lengths, b.minimum_notice, b.booking_window, b.confirmation, b.cancellation_notice,
        t.price, b.group_seats, coalesce(b.group_price, t.price) AS group_price, b.currency
    FROM tutors t JOIN booking_terms b ON b.tutor_id = t.id WHERE t.id = %s AND t.listed
) terms
"""


def find_terms(tutor_id: int) -> dict[str, Any] | None:
    """A tutor's own terms by column."""
    with connection() as db, db.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            f"SELECT {', '.join(TERMS)} FROM booking_terms WHERE tutor_id = %s", (tutor_id,)
        ).fetchone()


def change_terms(db: PooledConnection, tutor_id: int, values: dict[str, Any]) -> None:
    """Set columns of TERMS."""
    places = ", ".join(f"{column} = %({column})s" for column in TERMS if column in values)
    db.execute(f"UPDATE booking_terms SET {places} WHERE tutor_id = %(tutor_id)s", {**values, "tutor_id": tutor_id})


def find_public_terms(tutor_id: int) -> str | None:
    """What students must know, as JSON text; None for tutors they cannot see."""
    with connection() as db:
        row = db.execute(PUBLIC, (tutor_id,)).fetchone()
    return row[0] if row else None


class Group(NamedTuple):
    """A group session that has free seats."""

    starts_at: datetime
    ends_at: datetime
    id: int
    free_seats: int
    seats: int


@dataclass(frozen=True)
class SlotsRow(CalendarRow):
    """A calendar with its groups: start, end, id, free seats and seats of each."""

    open: list[Any] | None


# Those who wait for a seat come before who would take it now.
LOAD_SLOTS = Query(
    SlotsRow,
    compose(
        """
SELECT calendar.*, groups.open FROM ({calendar}) calendar CROSS JOIN LATERAL (
    SELECT json_agg(json_build_array(s.starts_at, s.ends_at, s.id, s.seats - s.booked, s.seats)) AS open
    FROM (
        SELECT *, (SELECT count(*) FROM bookings
            WHERE session_id = session.id AND state NOT IN ('cancelled', 'expired')) AS booked
        FROM tutoring_sessions session
        WHERE tutor_id = calendar.tutor_id AND taken AND kind = 'group'
            AND starts_at >= greatest(%(starts_at)s, calendar.now + calendar.minimum_notice * interval '1 minute')
            AND ends_at <= %(ends_at)s
    ) s
    WHERE s.booked < s.seats AND NOT EXISTS (SELECT FROM waitlist_entries WHERE session_id = s.id AND state = 'waiting')
) groups
""",
        calendar=SELECT_CALENDAR,
    ),
)


def load_slots(tutor_id: int, window: Span) -> tuple[Calendar, list[Group]] | None:
    """A tutor's calendar around a window, and the groups in it that can be joined; None for unknown tutors."""
    values = {"tutor_id": tutor_id, "starts_at": window.starts_at, "ends_at": window.ends_at, "but": None}
    with connection() as db:
        row = LOAD_SLOTS.one(db, values)
    if row is None:
        return None
    groups = [
        Group(datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at), *seats)
        for starts_at, ends_at, *seats in row.open or ()
    ]
    return calendar_from(row), groups
