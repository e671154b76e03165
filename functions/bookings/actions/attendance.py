"""Recording whether a past session took place."""

from datetime import timedelta
from uuid import UUID

from functions.bookings.actions.unit_of_work import apply_transition, check_transition, lock_booking_as
from functions.bookings.domain.errors import Conflict
from functions.bookings.domain.transitions import COMPLETE, NO_SHOW, Actor, Transition
from shared.kit.db.pool import PooledConnection

# How long after its end the attendance of a session can be changed.
ATTENDANCE_WINDOW = timedelta(hours=48)


class NotOver(Conflict):
    """The session has not ended yet."""

    code = "not_over"
    detail = "Zajęcia jeszcze się nie skończyły."


class TooLate(Conflict):
    """The session ended more than 48 hours ago."""

    code = "too_late"
    detail = "Zajęcia skończyły się ponad 48 godzin temu."


def mark_no_show(db: PooledConnection, tutor_user_id: UUID, booking_id: int) -> None:
    """Record that the student did not come. Raises NotFound, WrongState, NotOver or TooLate."""
    _record_attendance(db, tutor_user_id, booking_id, NO_SHOW)


def mark_completed(db: PooledConnection, tutor_user_id: UUID, booking_id: int) -> None:
    """Record that the session took place. Raises NotFound, WrongState, NotOver or TooLate."""
    _record_attendance(db, tutor_user_id, booking_id, COMPLETE)


def _record_attendance(db: PooledConnection, tutor_user_id: UUID, booking_id: int, transition: Transition) -> None:
    booking = lock_booking_as(db, booking_id, tutor_user_id, "tutor")
    check_transition(booking, transition)
    if booking.now < booking.ends_at:
        raise NotOver
    if booking.now >= booking.ends_at + ATTENDANCE_WINDOW:
        raise TooLate
    apply_transition(db, booking, transition, Actor(tutor_user_id, "tutor"))
