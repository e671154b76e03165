"""Answers to requests and offers, and what the tutor says of a session that is over."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from functions.bookings.decisions import lock_booking, take
from functions.bookings.refusals import Conflict, HoldExpired, WrongState
from functions.bookings.repository import Booking
from functions.bookings.seats import answer_offer
from functions.bookings.states import ACCEPT, COMPLETE, CONFIRM, MISS, REQUEST, Actor, Role, Step
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import AppError, NotFound

# How long after its end a session can be said to have been missed, or not.
ATTENDANCE_WINDOW = timedelta(hours=48)


class AlreadyConfirmed(AppError):
    """There is nothing to confirm any more."""

    body: Any = {"error": "Reservation is already confirmed"}


class NotOver(Conflict):
    """The session has not ended yet."""

    code = "not_over"
    detail = "Zajęcia jeszcze się nie skończyły."


class TooLate(Conflict):
    """The session ended more than 48 hours ago."""

    code = "too_late"
    detail = "Zajęcia skończyły się ponad 48 godzin temu."


def confirm(db: PooledConnection, tutor_user_id: UUID, booking_id: int) -> None:
    """Accept a request. Raises NotFound, AlreadyConfirmed, WrongState or HoldExpired."""
    booking = _lock_as(db, booking_id, tutor_user_id, "tutor")
    if booking.state in {"confirmed", "completed", "no_show"}:
        raise AlreadyConfirmed
    _answer(db, booking, CONFIRM, Actor(tutor_user_id, "tutor"))


def accept(db: PooledConnection, student_id: UUID, booking_id: int) -> None:
    """Accept an offer; where the tutor confirms by hand it becomes a request.

    Raises NotFound, WrongState or HoldExpired.
    """
    booking = _lock_as(db, booking_id, student_id, "student")
    step = REQUEST if booking.confirmation == "manual" else ACCEPT
    _answer(db, booking, step, Actor(student_id, "student"))
    answer_offer(db, booking.id, "taken")


def mark_missed(db: PooledConnection, tutor_user_id: UUID, booking_id: int) -> None:
    """The student did not come. Raises NotFound, WrongState, NotOver or TooLate."""
    _attend(db, tutor_user_id, booking_id, MISS)


def mark_completed(db: PooledConnection, tutor_user_id: UUID, booking_id: int) -> None:
    """The session took place. Raises NotFound, WrongState, NotOver or TooLate."""
    _attend(db, tutor_user_id, booking_id, COMPLETE)


def _lock_as(db: PooledConnection, booking_id: int, caller_id: UUID, wanted: Role) -> Booking:
    booking, role, _locked = lock_booking(db, booking_id, caller_id)
    if role != wanted:
        raise NotFound
    return booking


def _answer(db: PooledConnection, booking: Booking, step: Step, actor: Actor) -> None:
    if not step.leads_from(booking.state, booking.awaiting):
        raise WrongState
    if booking.expires_at is None or booking.now >= booking.expires_at:
        raise HoldExpired
    take(db, booking, step, actor)


def _attend(db: PooledConnection, tutor_user_id: UUID, booking_id: int, step: Step) -> None:
    booking = _lock_as(db, booking_id, tutor_user_id, "tutor")
    if not step.leads_from(booking.state, booking.awaiting):
        raise WrongState
    if booking.now < booking.ends_at:
        raise NotOver
    if booking.now >= booking.ends_at + ATTENDANCE_WINDOW:
        raise TooLate
    take(db, booking, step, Actor(tutor_user_id, "tutor"))
