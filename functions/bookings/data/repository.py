"""Statements that create and change bookings and their sessions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from functions.bookings.data.columns import RESERVATION
from functions.bookings.domain.booking import REQUEST_HOLD, LockedBooking
from functions.bookings.domain.errors import Blocked, TooManyBookings
from functions.bookings.domain.transitions import Actor, Answerer, ChangeKind, Role, State, Transition
from shared.data.blocks import is_barred
from shared.data.booking_states import ACTIVE_STATES
from shared.domain.free_time import Span
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query, Sql, compose
from shared.kit.db.turns import Call, in_one_turn
from shared.kit.errors import AppError
from shared.kit.json import json_text


class NewSeat(NamedTuple):
    """Who gets a seat, in which state, and how the change is recorded."""

    student_id: UUID
    state: State
    awaiting: Answerer | None
    change: ChangeKind
    actor_id: UUID | None
    role: Role
    hold: timedelta
    seat: int = 1
    note: str = ""
    series_id: UUID | None = None
    # The maximum of a student's active bookings, including this one; a series counts as one. None for no maximum.
    most_active: int | None = None


class SessionForm(NamedTuple):
    """What kind of session it is, and where."""

    tutor_id: int
    kind: str
    form: str
    seats: int
    location: str


class SessionTime(NamedTuple):
    """The time of a session, the time it blocks, the item it was booked from and its room."""

    span: Span
    busy: Span
    item_id: int | None
    meeting_url: str


class AddedBooking(NamedTuple):
    """A booking that was just made, with its reservation as JSON text."""

    id: int
    reservation: str


# A booking keeps the hourly price and the cancellation notice of the moment it was made; numeric rounds halves up. The
# student is locked, so no other booking is made between the count and the commit. Bookings made together have one
# timestamp, so that a series is announced once.
ADD_SEATS = Sql("""booked AS (
    INSERT INTO bookings (session_id, seats, seat, student_id, state, awaiting, expires_at, starts_at, ends_at, price,
        currency, note, series_id, cancellation_notice)
    SELECT s.id, s.seats, %(seat)s, %(student_id)s, %(state)s, %(awaiting)s::text,
        CASE WHEN %(awaiting)s::text IS NOT NULL THEN least(clock_timestamp() + %(hold)s, s.starts_at) END,
        s.starts_at, s.ends_at,
        round(CASE s.kind WHEN 'group' THEN coalesce(r.group_price, t.price) ELSE t.price END
            * extract(epoch FROM s.ends_at - s.starts_at) / 3600, 2),
        %(currency)s, %(note)s, %(series_id)s, r.cancellation_notice
    FROM {source} s JOIN tutors t ON t.id = s.tutor_id JOIN booking_terms r ON r.tutor_id = t.id
    WHERE NOT {is_barred} AND (%(most_active)s::int IS NULL
       OR %(most_active)s::int > (
            SELECT count(DISTINCT coalesce(series_id::text, id::text)) FROM bookings
            WHERE student_id = %(student_id)s AND state IN {active} AND ends_at > now()
       ))
    ORDER BY s.starts_at
    RETURNING *
), recorded AS (
    INSERT INTO booking_changes (booking_id, kind, to_state, actor_id, actor_role, at)
    SELECT id, %(change)s, state, %(actor_id)s, %(role)s, statement_timestamp() FROM booked ORDER BY id
)
SELECT b.id, (SELECT row_to_json(reservation)::text FROM (SELECT {reservation}) reservation) AS reservation
FROM booked b JOIN {source} s ON s.id = b.session_id JOIN booking_terms r ON r.tutor_id = s.tutor_id
ORDER BY b.id
""")
IS_BARRED = is_barred("%(student_id)s", "t.user_id")
ARE_BARRED = Query(bool, compose("SELECT {is_barred} FROM tutors t WHERE t.id = %(tutor_id)s", is_barred=IS_BARRED))
PARTS = {"active": ACTIVE_STATES, "reservation": RESERVATION, "is_barred": IS_BARRED}
TUTOR_OF_SESSION = Query(int, "SELECT tutor_id FROM tutoring_sessions WHERE id = %s")
ADD_SESSIONS = Query(
    AddedBooking,
    compose(
        """
WITH made AS (
    INSERT INTO tutoring_sessions (tutor_id, schedule_item_id, starts_at, ends_at, busy_from, busy_until, kind, form,
        seats, location, meeting_url)
    SELECT %(tutor_id)s, w.item_id, w.starts_at, w.ends_at, w.busy_from, w.busy_until, %(kind)s, %(form)s, %(seats)s,
        %(location)s, w.meeting_url
    FROM jsonb_to_recordset(%(times)s::jsonb) AS w (item_id bigint, starts_at timestamptz, ends_at timestamptz,
        busy_from timestamptz, busy_until timestamptz, meeting_url text)
    ORDER BY w.starts_at
    RETURNING *
), {add_seats}""",
        add_seats=compose(ADD_SEATS, source=Sql("made"), **PARTS),
    ),
)
ADD_SEAT = Query(
    AddedBooking,
    compose(
        "WITH session AS (SELECT * FROM tutoring_sessions WHERE id = %(session_id)s), {add_seats}",
        add_seats=compose(ADD_SEATS, source=Sql("session"), **PARTS),
    ),
)


def _of_the_platform() -> dict[str, str]:
    return {"zone": platform_settings().time_zone, "currency": platform_settings().currency}


def add_sessions(
    db: PooledConnection, seat: NewSeat, form: SessionForm, times: Sequence[SessionTime]
) -> list[AddedBooking]:
    """Create sessions with one booking each, ordered by time.

    Raises psycopg.IntegrityError if the tutor's or student's time is taken, Blocked or TooManyBookings.
    """
    rows = json_text([_as_row(each) for each in times])
    values = {**seat._asdict(), **form._asdict(), "times": rows, **_of_the_platform()}
    [added] = in_one_turn(db, Call(ADD_SESSIONS, values))
    if len(added) < len(times):
        raise _refusal(db, seat, form.tutor_id)
    return added


def _as_row(time: SessionTime) -> dict[str, object]:
    return {
        "item_id": time.item_id,
        "starts_at": time.span.starts_at.isoformat(),
        "ends_at": time.span.ends_at.isoformat(),
        "busy_from": time.busy.starts_at.isoformat(),
        "busy_until": time.busy.ends_at.isoformat(),
        "meeting_url": time.meeting_url,
    }


def add_seat(db: PooledConnection, seat: NewSeat, session_id: int) -> AddedBooking:
    """Book a seat of an existing session.

    Raises psycopg.IntegrityError if the seat or the student's time is taken, Blocked or TooManyBookings.
    """
    added = ADD_SEAT.one(db, {**seat._asdict(), "session_id": session_id, **_of_the_platform()})
    if added is None:
        raise _refusal(db, seat, TUTOR_OF_SESSION.one(db, (session_id,)))
    return added


def _refusal(db: PooledConnection, seat: NewSeat, tutor_id: int | None) -> AppError:
    """The error that says why a student got no seat."""
    return Blocked() if are_barred(db, seat.student_id, tutor_id) else TooManyBookings()


def are_barred(db: PooledConnection, student_id: UUID | None, tutor_id: int | None) -> bool:
    """Whether a block keeps the student and the tutor from booking with each other."""
    return ARE_BARRED.one(db, {"student_id": student_id, "tutor_id": tutor_id}) or False


# Compare-and-swap: the state must still be the one on which the transition was decided.
CHANGE_STATE = Command("""
WITH changed AS (
    UPDATE bookings SET state = %(after)s, awaiting = %(then_awaiting)s::text,
        expires_at = CASE WHEN %(then_awaiting)s::text IS NOT NULL
            THEN least(clock_timestamp() + %(hold)s, starts_at) END,
        sequence = sequence + 1, updated_at = clock_timestamp()
    WHERE id = %(id)s AND state = %(before)s AND awaiting IS NOT DISTINCT FROM %(awaiting)s::text
    RETURNING id
)
INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_id, actor_role, reason, at)
SELECT id, %(kind)s, %(before)s, %(after)s, %(actor_id)s, %(role)s, %(reason)s,
    coalesce(%(at)s, clock_timestamp())
FROM changed
""")


def change_state(
    db: PooledConnection,
    booking: LockedBooking,
    transition: Transition,
    actor: Actor,
    *,
    at: datetime | None = None,
) -> bool:
    """Make a transition, recorded now or `at` a given moment; False if the booking is no longer in its state."""
    values = {
        "id": booking.id,
        "before": booking.state,
        "awaiting": booking.awaiting,
        "kind": transition.kind,
        "after": transition.after,
        "then_awaiting": transition.then_awaiting,
        "hold": REQUEST_HOLD,
        "actor_id": actor.id,
        "role": actor.role,
        "reason": actor.reason,
        "at": at,
    }
    return CHANGE_STATE.run(db, values) == 1
