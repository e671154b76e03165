"""Cancelling a booking, and declining a request."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from functions.bookings.actions.pace import check_pace
from functions.bookings.actions.seats import pass_on_seats
from functions.bookings.actions.unit_of_work import apply_transition, check_transition, lock_booking
from functions.bookings.data.waitlist import close_waitlist_without_seats, resolve_offer
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.errors import Conflict
from functions.bookings.domain.transitions import CANCEL, DECLINE, Actor
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import REQUIRED, FieldErrors, NotFound


class TooLateToCancel(Conflict):
    """The session starts so soon that only the tutor can cancel it."""

    code = "too_late_to_cancel"
    detail = "Na odwołanie tych zajęć jest już za późno."


def cancel_booking(db: PooledConnection, caller_id: UUID, booking_id: int, reason: str) -> None:
    """Cancel a booking: its student until the cut-off, its tutor at any time with a reason.

    Raises NotFound, FieldErrors, WrongState, TooLateToCancel or Throttled; the last two only for students.
    """
    booking, role, locked = lock_booking(db, booking_id, caller_id)
    if role == "tutor" and not reason:
        raise FieldErrors({"reason": [REQUIRED]})
    check_transition(booking, CANCEL)
    if role == "student" and booking.state == "confirmed" and booking.now > booking.changeable_until:
        raise TooLateToCancel
    if role == "student":
        check_pace(db, caller_id, caller_id, booking.tutor_id)
    give_up(db, booking, Actor(caller_id, role, reason), locked)


def give_up(
    db: PooledConnection,
    booking: LockedBooking,
    actor: Actor,
    locked: Collection[UUID],
    *,
    at: datetime | None = None,
) -> None:
    """Cancel a booking that can be cancelled. Bookings cancelled together are recorded with one timestamp, `at`.

    A seat of a group that still takes place is offered to the waitlist. A tutor's last seat is the session itself.
    """
    apply_transition(db, booking, CANCEL, actor, at=at)
    resolve_offer(db, booking.id, "left")
    if actor.role == "tutor":
        close_waitlist_without_seats(db, booking.session_id)
    pass_on_seats(db, booking.session_id, locked)


def decline_request(db: PooledConnection, tutor_user_id: UUID, booking_id: int, reason: str) -> None:
    """Decline a request, as `give_up` cancels it. Raises NotFound or WrongState."""
    booking, role, locked = lock_booking(db, booking_id, tutor_user_id)
    if role != "tutor":
        raise NotFound
    check_transition(booking, DECLINE)
    give_up(db, booking, Actor(tutor_user_id, role, reason), locked)
