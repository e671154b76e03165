"""Accepting, declining and withdrawing what a tutor proposes: that a session moves to another time."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from functions.bookings.actions.cancel import give_up
from functions.bookings.actions.move_session import move_as_proposed
from functions.bookings.actions.seats import pass_on_seats
from functions.bookings.actions.unit_of_work import lock_booking
from functions.bookings.data import proposals
from functions.bookings.data.lookups import find_busy
from functions.bookings.data.proposals import Proposal
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.errors import HoldExpired, ProposalChanged, StudentBusy, WrongState
from functions.bookings.domain.transitions import SYSTEM, Actor, Role
from shared.data.move_proposals import end_proposals
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import NotFound


def accept_proposal(db: PooledConnection, student_id: UUID, booking_id: int, proposal_id: int) -> None:
    """Move to the proposed time, if that is the one meant; a group does so once all its students have accepted.

    Raises NotFound, WrongState, HoldExpired, ProposalChanged or StudentBusy.
    """
    booking, proposal, locked = _lock_proposal(db, booking_id, student_id, "student")
    if proposal.held_session_id != proposal_id:
        raise ProposalChanged
    if booking.kind == "individual":
        move(db, booking, proposal, Actor(student_id, "student"), locked)
        return
    if find_busy(db, [student_id], [proposal.span], but_sessions=[booking.session_id]):
        raise StudentBusy
    proposals.agree(db, booking)
    move_if_agreed(db, booking, Actor(student_id, "student"), locked)


def decline_proposal(db: PooledConnection, student_id: UUID, booking_id: int, reason: str) -> None:
    """Keep the time there is; in a group, where others may agree, leave it instead.

    Raises NotFound, WrongState or HoldExpired.
    """
    booking, proposal, locked = _lock_proposal(db, booking_id, student_id, "student")
    actor = Actor(student_id, "student", reason)
    if booking.kind == "group":
        give_up(db, booking, actor, locked)
        move_if_agreed(db, booking, SYSTEM, locked)
        return
    held = proposal.held_session_id
    end_proposals(db, [held], "move_declined", actor_id=student_id, role="student", reason=reason)
    pass_on_seats(db, held, locked)


def withdraw_proposal(db: PooledConnection, tutor_user_id: UUID, booking_id: int, reason: str) -> None:
    """Leave the session at the time it has. Raises NotFound, WrongState or HoldExpired."""
    _booking, proposal, locked = _lock_proposal(db, booking_id, tutor_user_id, "tutor")
    held = proposal.held_session_id
    end_proposals(db, [held], "move_withdrawn", actor_id=tutor_user_id, role="tutor", reason=reason)
    pass_on_seats(db, held, locked)


def move_if_agreed(db: PooledConnection, booking: LockedBooking, actor: Actor, locked: Collection[UUID]) -> bool:
    """Whether all who are left of a group have accepted and have time, so that it has moved.

    Its members are locked. Raises StudentBusy for one who has no time any more.
    """
    proposal = proposals.find_proposal(db, booking.held_session_id or 0)
    if proposal is None or not proposal.agreed:
        return False
    move(db, booking, proposal, actor, locked)
    return True


def move(
    db: PooledConnection,
    booking: LockedBooking,
    proposal: Proposal,
    actor: Actor,
    locked: Collection[UUID],
    *,
    at: datetime | None = None,
) -> None:
    """Move a session as proposed; what belongs together is recorded `at` one moment. Raises StudentBusy."""
    if find_busy(db, booking.members, [proposal.span], but_sessions=[booking.session_id]):
        raise StudentBusy
    move_as_proposed(db, booking, proposal, actor, locked, at=at)


def _lock_proposal(
    db: PooledConnection, booking_id: int, caller_id: UUID, role: Role
) -> tuple[LockedBooking, Proposal, frozenset[UUID]]:
    """A booking that is to move, with the proposal and everybody of its session locked, for one of its two sides.

    Raises NotFound, WrongState or HoldExpired.
    """
    booking, role_of_caller, locked = lock_booking(db, booking_id, caller_id, members=True)
    if role_of_caller != role:
        raise NotFound
    found = proposals.find_proposal(db, booking.held_session_id or 0)
    if found is None or not booking.is_asked:
        raise WrongState
    if booking.now >= found.held_until:
        raise HoldExpired
    return booking, found, locked
