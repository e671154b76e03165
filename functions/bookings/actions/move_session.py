"""Carrying out a move: the new time is had before the old one is given up, and those who wait for that are served."""

from collections.abc import Collection
from uuid import UUID

from functions.bookings.actions.seats import pass_on_seats
from functions.bookings.actions.vacated_slot import keep_slot, offer_slot
from functions.bookings.data import proposals, sessions, waitlist
from functions.bookings.data.proposals import Proposal
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.transitions import Actor
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import ConcurrentUpdate


def move_by_student(
    db: PooledConnection, booking: LockedBooking, span: Span, busy: Span, *, actor: Actor, locked: Collection[UUID]
) -> None:
    """Move a session; what the tutor has proposed instead means nothing any more."""
    held = booking.held_session_id
    if held is not None:
        proposals.release_held_time(db, held)
    vacated = keep_slot(db, booking.session_id)
    if not sessions.move_session(db, booking, span, busy, actor):
        raise ConcurrentUpdate
    if vacated is not None:
        offer_slot(db, booking, vacated, "student", locked)
    if held is not None:
        sessions.take_time(db, held)
        pass_on_seats(db, held, locked)


def move_as_proposed(
    db: PooledConnection, booking: LockedBooking, proposal: Proposal, actor: Actor, locked: Collection[UUID]
) -> None:
    """Move a session to the time that is held for it; who waits for that time waits for a seat in it now."""
    proposals.release_held_time(db, proposal.held_session_id)
    vacated = keep_slot(db, booking.session_id)
    if not sessions.move_session(db, booking, proposal.span, proposal.busy, actor, proposed=True):
        raise ConcurrentUpdate
    if vacated is not None:
        offer_slot(db, booking, vacated, "tutor", locked)
    waitlist.move_entries(db, proposal.held_session_id, booking.session_id)
