"""Decisions of the sweep: expired holds and proposals, and waitlists that nothing else serves."""

from contextlib import suppress

from functions.bookings.actions.answer_proposal import move_if_agreed
from functions.bookings.actions.seats import pass_on_seats
from functions.bookings.actions.unit_of_work import apply_transition, lock_people_of
from functions.bookings.data import due, lookups, proposals
from functions.bookings.data.waitlist import resolve_offer
from functions.bookings.domain.errors import StudentBusy
from functions.bookings.domain.transitions import EXPIRE, SYSTEM
from shared.data.locking import lock_all
from shared.data.move_proposals import end_proposals
from shared.kit.db.pool import PooledConnection


def expire_hold(db: PooledConnection, booking_id: int) -> bool:
    """Expire a hold if it is still due, and pass its seat on to the waitlist."""
    if not due.claim(db, f"expiry of {booking_id}"):
        return False
    found = lookups.find_booking(db, booking_id)
    if found is None:
        return False
    locked = lock_people_of(db, found)
    booking = lookups.find_booking(db, booking_id)
    if booking is None or booking.expires_at is None or booking.now < booking.expires_at:
        return False
    apply_transition(db, booking, EXPIRE, SYSTEM)
    resolve_offer(db, booking.id, "missed")
    pass_on_seats(db, booking.session_id, locked)
    return True


def settle_proposal(db: PooledConnection, held_session_id: int) -> bool:
    """End an expired proposal, so that the session stays, or move a group whose remaining students all accepted."""
    found = proposals.find_proposal(db, held_session_id)
    if found is None or not due.claim(db, f"proposal {held_session_id}"):
        return False
    booking = lookups.find_booking(db, found.booking_id)
    if booking is None:
        return False
    locked = lock_people_of(db, booking, members=True)
    proposal, booking = proposals.find_proposal(db, held_session_id), lookups.find_booking(db, found.booking_id)
    if proposal is None or booking is None or not locked.issuperset(booking.members):
        return False
    if booking.now < proposal.held_until:
        with suppress(StudentBusy):
            return move_if_agreed(db, booking, SYSTEM, locked)
        return False
    end_proposals(db, [held_session_id], "move_expired")
    pass_on_seats(db, held_session_id, locked)
    return True


def serve_waitlist(db: PooledConnection, session_id: int) -> bool:
    """Offer the free seats of a session to its waitlist, or end it."""
    parties = due.find_parties(db, session_id)
    if parties is None or not due.claim(db, f"waitlist of {session_id}"):
        return False
    pass_on_seats(db, session_id, lock_all(db, (parties.tutor_user_id, *parties.waiting)))
    return True
