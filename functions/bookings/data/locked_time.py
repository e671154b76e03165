"""What a booking decision needs: the lock on both people's time and the state under it, in one round trip."""

from typing import NamedTuple, TypeVar
from uuid import UUID

from functions.bookings.data.pace import FULL_HOUR, Pace, pace_values
from shared.data import locking
from shared.data.booking_states import ACTIVE_STATES
from shared.data.calendars import LOAD_CALENDAR, CalendarRow
from shared.domain.free_time import Span, calendar_values
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Query, compose
from shared.kit.db.turns import Call, in_one_turn

Row = TypeVar("Row")

# Whether a user attends or teaches a session at any time in a window.
IS_BUSY = Query(
    bool,
    compose(
        """
SELECT EXISTS (
    SELECT FROM bookings WHERE student_id = %(person)s AND state IN {active}
      AND tstzrange(starts_at, ends_at) && tstzrange(%(starts_at)s, %(ends_at)s)
) OR EXISTS (
    SELECT FROM tutors t JOIN tutoring_sessions s ON s.tutor_id = t.id
    WHERE t.user_id = %(person)s AND s.taken
      AND tstzrange(s.busy_from, s.busy_until) && tstzrange(%(starts_at)s, %(ends_at)s)
)
""",
        active=ACTIVE_STATES,
    ),
)


class LockedTime(NamedTuple):
    """A tutor's calendar around a window, None for unknown tutors, and whether the student is busy in it.

    `full_hour`: the seconds until the student may book again, None if they may now.
    """

    full_hour: int | None
    calendar: CalendarRow | None
    is_student_busy: bool


def lock_time(
    db: PooledConnection, tutor_id: int, tutor_user_id: UUID, student_id: UUID, window: Span, *, pace: Pace | None
) -> LockedTime:
    """Lock a tutor and a student (`shared.data.locking`): the returned data cannot change until the commit.

    Without a `pace` the student's bookings are not rate limited.
    """
    asked = [
        Call(locking.LOCK_PEOPLE, {"people": [tutor_user_id, student_id]}),
        Call(LOAD_CALENDAR, calendar_values(tutor_id, window)),
        Call(IS_BUSY, {"person": student_id, "starts_at": window.starts_at, "ends_at": window.ends_at}),
    ]
    if pace is not None:
        asked.append(Call(FULL_HOUR, pace_values(student_id, student_id, tutor_id, pace)))
    _, calendars, [is_busy], *waits = in_one_turn(db, *asked)
    return LockedTime(_first(waits[0]) if waits else None, _first(calendars), is_busy)


def _first(rows: list[Row]) -> Row | None:
    return rows[0] if rows else None
