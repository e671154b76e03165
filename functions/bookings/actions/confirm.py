"""Confirming a request, and accepting an offer."""

from typing import Any
from uuid import UUID

from functions.bookings.actions.unit_of_work import apply_transition, check_transition, lock_booking_as
from functions.bookings.data.waitlist import resolve_offer
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.errors import HoldExpired
from functions.bookings.domain.transitions import ACCEPT, CONFIRM, REQUEST, Actor, Transition
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import AppError


class AlreadyConfirmed(AppError):
    """There is nothing to confirm any more."""

    code = "already_confirmed"
    detail = "Ta rezerwacja jest już potwierdzona."
    # The first key is what clients of the first release look at.
    body: Any = {"error": "Reservation is already confirmed", "detail": detail, "code": code}


def confirm_request(db: PooledConnection, tutor_user_id: UUID, booking_id: int) -> None:
    """Accept a request. Raises NotFound, AlreadyConfirmed, WrongState or HoldExpired."""
    booking = lock_booking_as(db, booking_id, tutor_user_id, "tutor")
    if booking.state in {"confirmed", "completed", "no_show"}:
        raise AlreadyConfirmed
    _apply_in_time(db, booking, CONFIRM, Actor(tutor_user_id, "tutor"))


def accept_offer(db: PooledConnection, student_id: UUID, booking_id: int) -> None:
    """Accept an offer from the waitlist; where the tutor confirms by hand it becomes a request.

    It can come on top of all the bookings a student may have: these bound what is asked for, not what is offered.

    Raises NotFound, WrongState or HoldExpired.
    """
    booking = lock_booking_as(db, booking_id, student_id, "student")
    transition = REQUEST if booking.confirmation == "manual" else ACCEPT
    _apply_in_time(db, booking, transition, Actor(student_id, "student"))
    resolve_offer(db, booking.id, "taken")


def _apply_in_time(db: PooledConnection, booking: LockedBooking, transition: Transition, actor: Actor) -> None:
    """Raises WrongState, or HoldExpired once the time to answer is over."""
    check_transition(booking, transition)
    if booking.expires_at is None or booking.now >= booking.expires_at:
        raise HoldExpired
    apply_transition(db, booking, transition, actor)
