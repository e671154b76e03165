"""Confirming a request, and accepting an offer."""

from typing import Any
from uuid import UUID

from functions.bookings.actions.unit_of_work import apply_transition, check_transition, lock_booking_as
from functions.bookings.data.repository import are_barred
from functions.bookings.data.waitlist import has_moved, resolve_offer
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.commands import TimesRead
from functions.bookings.domain.errors import Blocked, HoldExpired, SessionMoved
from functions.bookings.domain.transitions import ACCEPT, CONFIRM, REQUEST, Actor, Transition
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import AppError


class AlreadyConfirmed(AppError):
    """The booking is already confirmed."""

    code = "already_confirmed"
    detail = "Ta rezerwacja jest już potwierdzona."
    # Clients of the first release read the first key.
    body: Any = {"error": "Reservation is already confirmed", "detail": detail, "code": code}


def confirm_request(db: PooledConnection, tutor_user_id: UUID, booking_id: int, read: TimesRead) -> None:
    """Accept a request. If the client sent the times it read, they must still be the booking's.

    Raises NotFound, AlreadyConfirmed, WrongState, HoldExpired or SessionMoved.
    """
    booking = lock_booking_as(db, booking_id, tutor_user_id, "tutor")
    if booking.state in {"confirmed", "completed", "no_show"}:
        raise AlreadyConfirmed
    _check_in_time(booking, CONFIRM)
    _check_times(booking, read)
    apply_transition(db, booking, CONFIRM, Actor(tutor_user_id, "tutor"))


def accept_offer(db: PooledConnection, student_id: UUID, booking_id: int, read: TimesRead) -> None:
    """Accept an offer from the waitlist. If the tutor confirms by hand, it becomes a request.

    The maximum of a student's bookings does not apply: it limits requests, not offers.
    An offer that moved with its group can only be accepted with its times: the student may have read the old ones.
    Raises NotFound, WrongState, HoldExpired, SessionMoved or Blocked.
    """
    booking = lock_booking_as(db, booking_id, student_id, "student")
    transition = REQUEST if booking.confirmation == "manual" else ACCEPT
    _check_in_time(booking, transition)
    _check_times(booking, read)
    if None in {read.start_time, read.end_time} and has_moved(db, booking.id):
        raise SessionMoved
    # The platform made the offer: nobody had agreed to anything before the block.
    if are_barred(db, student_id, booking.tutor_id):
        raise Blocked
    apply_transition(db, booking, transition, Actor(student_id, "student"))
    resolve_offer(db, booking.id, "taken")


def _check_in_time(booking: LockedBooking, transition: Transition) -> None:
    """Raises WrongState, or HoldExpired once the time to respond is over."""
    check_transition(booking, transition)
    if booking.expires_at is None or booking.now >= booking.expires_at:
        raise HoldExpired


def _check_times(booking: LockedBooking, read: TimesRead) -> None:
    """Raises SessionMoved if the client's times are not the booking's."""
    times = booking.starts_at, booking.ends_at
    if (read.start_time or booking.starts_at, read.end_time or booking.ends_at) != times:
        raise SessionMoved
