"""The slot that a moved session vacates: its waitlist is offered it as if the session had been cancelled."""

from collections.abc import Collection
from uuid import UUID

from functions.bookings.actions.seats import pass_on_seats
from functions.bookings.data import sessions, waitlist
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.transitions import Role
from shared.domain.free_time import load_calendar
from shared.kit.db.pool import PooledConnection


def keep_slot(db: PooledConnection, session_id: int) -> int | None:
    """Move the waitlist of a session that is about to move to a copy at the old time, which is not taken yet.

    Returns the copy's id; None if the session never had a waitlist.
    """
    vacated = sessions.copy_waited_for_session(db, session_id)
    if vacated is not None:
        waitlist.move_entries(db, session_id, vacated)
    return vacated


def offer_slot(
    db: PooledConnection, booking: LockedBooking, vacated: int, role: Role, locked: Collection[UUID]
) -> None:
    """Offer the slot that `booking` vacated to its waitlist, unless the tutor vacated it."""
    if role == "student" and _has_room_for_one_more(db, booking):
        sessions.take_time(db, vacated)
    pass_on_seats(db, vacated, locked)
    waitlist.close_waitlist(db, booking.session_id)


def _has_room_for_one_more(db: PooledConnection, booking: LockedBooking) -> bool:
    """Whether the tutor's daily and weekly limits allow one more session, now that the moved one counts too."""
    calendar = load_calendar(db, booking.tutor_id or 0, booking.span)
    return calendar is not None and calendar.limit_reached(booking.span.starts_at) is None
