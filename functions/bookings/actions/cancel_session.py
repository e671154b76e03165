"""Calling a session off as its tutor: all of its seats in one transaction."""

from uuid import UUID

from functions.bookings.actions.cancel import give_up
from functions.bookings.actions.locked_series import lock_together
from functions.bookings.data.series import find_seats
from functions.bookings.data.waitlist import close_waitlist
from functions.bookings.domain.errors import WrongState
from functions.bookings.domain.transitions import CANCEL, Actor
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.fields import REQUIRED


def cancel_session(db: PooledConnection, tutor_user_id: UUID, session_id: int, reason: str) -> list[int]:
    """Cancel all bookings of a session, including requests and offers, and close its waitlist; returns their ids.

    Raises NotFound, FieldErrors or WrongState.
    """
    seats, role, locked = lock_together(db, lambda: find_seats(db, session_id), tutor_user_id)
    if role != "tutor":
        raise NotFound
    if not reason:
        raise FieldErrors({"reason": [REQUIRED]})
    wanted = [each for each in seats if each.state in CANCEL.before]
    if not wanted:
        raise WrongState
    # Otherwise the first seats would be offered to the waitlist while the last are still booked.
    close_waitlist(db, session_id)
    for booking in wanted:
        give_up(db, booking, Actor(tutor_user_id, role, reason), locked, at=wanted[0].now)
    return [each.id for each in wanted]
