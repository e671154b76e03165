"""The statements that find, make and change bookings; the lists stand in `lists`, the line in `seats`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from functions.bookings.shapes import RESERVATION
from functions.bookings.states import Actor, Role, Step
from shared.domain.free_time import Span
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection

# How many of a line are locked with a booking; whoever stands behind them is served by the sweep.
LINE = 10


@dataclass(frozen=True)
class Booking:
    """What decisions on a booking need to know, at the moment `now` of the database."""

    now: datetime
    id: int
    session_id: int
    student_id: UUID | None
    state: str
    awaiting: str | None
    expires_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    kind: str
    tutor_id: int | None
    tutor_user_id: UUID | None
    confirmation: str | None
    cancellation_notice: int | None
    members: list[UUID]
    line: list[UUID]

    @property
    def changeable_until(self) -> datetime:
        """Until when its student may cancel or move it."""
        return self.starts_at - timedelta(hours=self.cancellation_notice or 0)

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    def role_of(self, user_id: UUID) -> Role | None:
        if user_id == self.student_id:
            return "student"
        return "tutor" if user_id == self.tutor_user_id else None


FIND_BOOKING = f"""
SELECT clock_timestamp() AS now, b.id, b.session_id, b.student_id, b.state, b.awaiting, b.expires_at, b.starts_at,
    b.ends_at, s.kind, s.tutor_id, t.user_id AS tutor_user_id, r.confirmation, r.cancellation_notice,
    ARRAY(SELECT student_id FROM bookings WHERE session_id = s.id AND student_id IS NOT NULL
        AND state IN ('pending', 'confirmed')) AS members,
    ARRAY(SELECT student_id FROM waitlist_entries WHERE session_id = s.id AND state = 'waiting'
        ORDER BY id LIMIT {LINE}) AS line
FROM bookings b
JOIN tutoring_sessions s ON s.id = b.session_id
LEFT JOIN tutors t ON t.id = s.tutor_id
LEFT JOIN booking_terms r ON r.tutor_id = t.id
WHERE b.id = %s
"""


def find_booking(db: PooledConnection, booking_id: int) -> Booking | None:
    with db.cursor(row_factory=class_row(Booking)) as cursor:
        return cursor.execute(FIND_BOOKING, (booking_id,)).fetchone()


BUSY = """
SELECT w.place::int - 1 FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[])
    WITH ORDINALITY AS w (starts_at, ends_at, place)
WHERE EXISTS (
    SELECT FROM unnest(%(people)s::uuid[]) AS person JOIN bookings b ON b.student_id = person
    WHERE b.state IN ('pending', 'confirmed') AND tstzrange(b.starts_at, b.ends_at) && tstzrange(w.starts_at, w.ends_at)
      AND b.session_id IS DISTINCT FROM %(but)s::bigint
) OR EXISTS (
    SELECT FROM unnest(%(people)s::uuid[]) AS person
    JOIN tutors t ON t.user_id = person JOIN tutoring_sessions s ON s.tutor_id = t.id
    WHERE s.taken AND tstzrange(s.busy_from, s.busy_until) && tstzrange(w.starts_at, w.ends_at)
)
"""


def find_busy(
    db: PooledConnection, people: Sequence[UUID], spans: Sequence[Span], *, but_session: int | None = None
) -> set[int]:
    """The places of those spans at which one of these people learns or teaches."""
    starts, ends = [each.starts_at for each in spans], [each.ends_at for each in spans]
    values = {"people": list(people), "starts": starts, "ends": ends, "but": but_session}
    return {row[0] for row in db.execute(BUSY, values).fetchall()}


# The price of an hour when it is booked is the booking's for good; numeric rounds halves up.
_SEATS = """booked AS (
    INSERT INTO bookings (session_id, seats, seat, student_id, state, awaiting, expires_at, starts_at, ends_at, price,
        currency, note, series_id)
    SELECT s.id, s.seats, %(seat)s, %(student_id)s, %(state)s, %(awaiting)s::text,
        CASE WHEN %(awaiting)s::text IS NOT NULL THEN least(clock_timestamp() + %(hold)s, s.starts_at) END,
        s.starts_at, s.ends_at,
        round(CASE s.kind WHEN 'group' THEN coalesce(r.group_price, t.price) ELSE t.price END
            * extract(epoch FROM s.ends_at - s.starts_at) / 3600, 2),
        r.currency, %(note)s, %(series_id)s
    FROM {source} s JOIN tutors t ON t.id = s.tutor_id JOIN booking_terms r ON r.tutor_id = t.id
    ORDER BY s.starts_at
    RETURNING *
), noted AS (
    INSERT INTO booking_changes (booking_id, kind, to_state, actor_id, actor_role, at)
    SELECT id, %(change)s, state, %(actor_id)s, %(role)s, clock_timestamp() FROM booked ORDER BY id
)
SELECT b.id, (SELECT row_to_json(shown)::text FROM (SELECT {reservation}) shown)
FROM booked b JOIN {source} s ON s.id = b.session_id JOIN booking_terms r ON r.tutor_id = s.tutor_id
ORDER BY b.id
"""
ADD_SESSIONS = """
WITH made AS (
    INSERT INTO tutoring_sessions (tutor_id, schedule_item_id, starts_at, ends_at, busy_from, busy_until, kind, form,
        seats, location, meeting_url)
    SELECT %(tutor_id)s, w.item_id, w.starts_at, w.ends_at, w.busy_from, w.busy_until, %(kind)s, %(form)s, %(seats)s,
        %(location)s, w.meeting_url
    FROM unnest(%(items)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[], %(busy_from)s::timestamptz[],
        %(busy_until)s::timestamptz[], %(rooms)s::text[])
        AS w (item_id, starts_at, ends_at, busy_from, busy_until, meeting_url)
    ORDER BY w.starts_at
    RETURNING *
), """ + _SEATS.format(source="made", reservation=RESERVATION)
ADD_SEAT = "WITH session AS (SELECT * FROM tutoring_sessions WHERE id = %(session_id)s), " + _SEATS.format(
    source="session", reservation=RESERVATION
)


@dataclass(frozen=True)
class Seat:
    """Who gets a seat, in which state, and how the change is written down."""

    student_id: UUID
    state: str
    awaiting: str | None
    change: str
    actor_id: UUID | None
    role: Role
    hold: timedelta
    seat: int = 1
    note: str = ""
    series_id: UUID | None = None


def add_sessions(db: PooledConnection, seat: Seat, session: dict[str, Any]) -> list[str]:
    """Make sessions with one booking each, in order of time; the reservations as JSON texts.

    `session` has the parameters of ADD_SESSIONS. Raises psycopg.IntegrityError if somebody's time is taken.
    """
    values = {**vars(seat), **session, "zone": platform_settings().time_zone}
    return [row[1] for row in db.execute(ADD_SESSIONS, values).fetchall()]


def add_seat(db: PooledConnection, seat: Seat, session_id: int) -> tuple[int, str]:
    """Book a seat of a session there is; the booking's id and the reservation as JSON text.

    Raises psycopg.IntegrityError if the seat or the student's time is taken.
    """
    values = {**vars(seat), "session_id": session_id, "zone": platform_settings().time_zone}
    [(booking_id, reservation)] = db.execute(ADD_SEAT, values).fetchall()
    return booking_id, reservation


# Compare and swap: the state is still the one the step was decided on.
CHANGE_STATE = """
WITH changed AS (
    UPDATE bookings SET state = %(after)s, awaiting = %(then_awaiting)s::text,
        expires_at = CASE WHEN %(then_awaiting)s::text IS NOT NULL
            THEN least(clock_timestamp() + %(hold)s, starts_at) END,
        sequence = sequence + 1, updated_at = clock_timestamp()
    WHERE id = %(id)s AND state = %(before)s AND awaiting IS NOT DISTINCT FROM %(awaiting)s::text
    RETURNING id
)
INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_id, actor_role, reason, at)
SELECT id, %(kind)s, %(before)s, %(after)s, %(actor_id)s, %(role)s, %(reason)s, clock_timestamp() FROM changed
"""
# How long the tutor has to answer a request.
REQUEST_HOLD = timedelta(hours=48)


def change_state(db: PooledConnection, booking: Booking, step: Step, actor: Actor) -> bool:
    """Whether the booking was still in its state and has taken the step."""
    values = {
        "id": booking.id,
        "before": booking.state,
        "awaiting": booking.awaiting,
        "kind": step.kind,
        "after": step.after,
        "then_awaiting": step.then_awaiting,
        "hold": REQUEST_HOLD,
        "actor_id": actor.id,
        "role": actor.role,
        "reason": actor.reason,
    }
    return db.execute(CHANGE_STATE, values).rowcount == 1
