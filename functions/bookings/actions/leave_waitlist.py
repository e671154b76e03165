"""Leaving the waitlist of a full session."""

from collections.abc import Callable
from uuid import UUID

from functions.bookings.actions.cancel import cancel_booking
from functions.bookings.actions.join_waitlist import get_session
from functions.bookings.actions.seats import pass_on_seats
from functions.bookings.data import waitlist
from functions.bookings.data.waitlist import WaitedForSession
from functions.bookings.domain.commands import FullSession
from shared.data.locking import lock_all
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import NotFound


def leave_waitlist(db: PooledConnection, student_id: UUID, entry_id: int) -> None:
    """Leave the waitlist; an offer from it is declined. Raises NotFound or WrongState."""

    def get() -> WaitedForSession:
        session = waitlist.find_session_of_entry(db, student_id, entry_id)
        if session is None:
            raise NotFound
        return session

    _leave(db, student_id, get)


def leave_waitlist_of(db: PooledConnection, student_id: UUID, command: FullSession) -> None:
    """Leave the waitlist of a session through the deprecated endpoint. Raises FieldErrors, NotFound or WrongState."""
    _leave(db, student_id, lambda: get_session(db, student_id, command))


def _leave(db: PooledConnection, student_id: UUID, get: Callable[[], WaitedForSession]) -> None:
    found = get()
    locked = lock_all(db, (found.tutor_user_id, student_id, *found.waiting))
    session = get()
    if session.entry is None:
        raise NotFound
    if session.offer is not None:
        cancel_booking(db, student_id, session.offer, "")
        return
    waitlist.leave(db, session.id, student_id)
    pass_on_seats(db, session.id, locked)
