"""Cancelling a booking, and declining a request."""

from uuid import UUID

from functions.bookings.decisions import lock_booking, take
from functions.bookings.refusals import Conflict, WrongState
from functions.bookings.seats import answer_offer, close_line, settle
from functions.bookings.states import CANCEL, DECLINE, Actor
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.fields import REQUIRED


class TooLateToCancel(Conflict):
    """It starts so soon that only the tutor can call it off."""

    code = "too_late_to_cancel"
    detail = "Na odwołanie tych zajęć jest już za późno."


def cancel(db: PooledConnection, caller_id: UUID, booking_id: int, reason: str) -> None:
    """Give a booking up: its student until the cut-off, its tutor at any time with a reason.

    Raises NotFound, FieldErrors, WrongState or TooLateToCancel.
    """
    booking, role, locked = lock_booking(db, booking_id, caller_id)
    if role == "tutor" and not reason:
        raise FieldErrors({"reason": [REQUIRED]})
    if not CANCEL.leads_from(booking.state, booking.awaiting):
        raise WrongState
    if role == "student" and booking.state == "confirmed" and booking.now > booking.changeable_until:
        raise TooLateToCancel
    take(db, booking, CANCEL, Actor(caller_id, role, reason))
    answer_offer(db, booking.id, "left")
    if role == "tutor":
        close_line(db, booking.session_id)
    settle(db, booking.session_id, locked)


def decline(db: PooledConnection, tutor_user_id: UUID, booking_id: int, reason: str) -> None:
    """Turn a request down. Raises NotFound or WrongState."""
    booking, role, locked = lock_booking(db, booking_id, tutor_user_id)
    if role != "tutor":
        raise NotFound
    if not DECLINE.leads_from(booking.state, booking.awaiting):
        raise WrongState
    take(db, booking, DECLINE, Actor(tutor_user_id, role, reason))
    close_line(db, booking.session_id)
    settle(db, booking.session_id, locked)
