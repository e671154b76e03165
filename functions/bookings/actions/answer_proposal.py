"""Accepting, declining and withdrawing a tutor's proposal to move a session or a series.

A single session is treated as a series of one: all or nothing.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Literal
from uuid import UUID

from functions.bookings.actions.cancel import give_up
from functions.bookings.actions.locked_series import lock_series
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

# The proposals by locked booking, and the users who are locked.
Proposed = tuple[list[tuple[LockedBooking, Proposal]], frozenset[UUID]]


def accept_proposal(db: PooledConnection, student_id: UUID, booking_id: int, proposal_id: int) -> None:
    """Move the session to the proposed time, if it is the proposal the student read.

    A group session moves only once all its students have accepted.
    Raises NotFound, WrongState, HoldExpired, ProposalChanged or StudentBusy.
    """
    _accept(db, student_id, _lock_proposed(db, booking_id, student_id, "student"), {proposal_id})


def accept_series_proposal(
    db: PooledConnection, student_id: UUID, series_id: UUID, proposal_ids: Collection[int]
) -> None:
    """Accept all proposals for a series; see `accept_proposal`."""
    _accept(db, student_id, _lock_proposed(db, series_id, student_id, "student"), set(proposal_ids))


def decline_proposal(db: PooledConnection, student_id: UUID, which: int | UUID, reason: str) -> None:
    """Decline the proposal for a booking or a series, which keeps its time; in a group, give up the seat instead.

    Raises NotFound, WrongState or HoldExpired.
    """
    proposed, locked = _lock_proposed(db, which, student_id, "student")
    actor, at = Actor(student_id, "student", reason), proposed[0][0].now
    for booking in [booking for booking, _proposal in proposed if booking.kind == "group"]:
        give_up(db, booking, actor, locked, at=at)
        move_if_agreed(db, booking, SYSTEM, locked)
    _end(db, [proposal for booking, proposal in proposed if booking.kind == "individual"], actor, locked)


def withdraw_proposal(db: PooledConnection, tutor_user_id: UUID, which: int | UUID, reason: str) -> None:
    """Withdraw the proposals for a booking or a series, which keeps its time.

    Raises NotFound, WrongState or HoldExpired.
    """
    proposed, locked = _lock_proposed(db, which, tutor_user_id, "tutor")
    _end(db, [proposal for _booking, proposal in proposed], Actor(tutor_user_id, "tutor", reason), locked)


def move_if_agreed(
    db: PooledConnection,
    booking: LockedBooking,
    actor: Actor,
    locked: Collection[UUID],
    *,
    at: datetime | None = None,
) -> bool:
    """Move a group if all its remaining students have accepted; returns whether it moved.

    Its members are locked. Raises StudentBusy if one of them is no longer free.
    """
    proposal = proposals.find_proposal(db, booking.held_session_id or 0)
    if proposal is None or not proposal.agreed:
        return False
    _move(db, booking, proposal, actor, locked, at=at)
    return True


def _accept(db: PooledConnection, student_id: UUID, found: Proposed, meant: Collection[int]) -> None:
    """Accept proposals; the changes to a series are recorded with one timestamp."""
    proposed, locked = found
    if {proposal.held_session_id for _booking, proposal in proposed} != meant:
        raise ProposalChanged
    actor, at = Actor(student_id, "student"), proposed[0][0].now
    for booking, proposal in proposed:
        if booking.kind == "individual":
            _move(db, booking, proposal, actor, locked, at=at)
        elif find_busy(db, [student_id], [proposal.span], but_sessions=[booking.session_id]):
            raise StudentBusy
        else:
            proposals.agree(db, booking)
            move_if_agreed(db, booking, actor, locked, at=at)


def _move(
    db: PooledConnection,
    booking: LockedBooking,
    proposal: Proposal,
    actor: Actor,
    locked: Collection[UUID],
    *,
    at: datetime | None,
) -> None:
    """Move a session as proposed. Raises StudentBusy."""
    if find_busy(db, booking.members, [proposal.span], but_sessions=[booking.session_id]):
        raise StudentBusy
    move_as_proposed(db, booking, proposal, actor, locked, at=at)


def _end(db: PooledConnection, ended: list[Proposal], actor: Actor, locked: Collection[UUID]) -> None:
    held = [proposal.held_session_id for proposal in ended]
    kind: Literal["move_declined", "move_withdrawn"] = "move_declined" if actor.role == "student" else "move_withdrawn"
    if held:
        end_proposals(db, held, kind, actor_id=actor.id, role=actor.role, reason=actor.reason)
    for each in held:
        pass_on_seats(db, each, locked)


def _lock_proposed(db: PooledConnection, which: int | UUID, caller_id: UUID, role: Role) -> Proposed:
    """Lock the proposals for a booking or a series on behalf of one side (tutor or student); never empty.

    Raises NotFound, WrongState or HoldExpired.
    """
    if isinstance(which, UUID):
        bookings, role_of_caller, locked = lock_series(db, which, caller_id)
    else:
        booking, role_of_caller, locked = lock_booking(db, which, caller_id, members=True)
        bookings = [booking]
    if role_of_caller != role:
        raise NotFound
    found = [(each, proposals.find_proposal(db, each.held_session_id or 0)) for each in bookings if each.is_asked]
    proposed = [(booking, proposal) for booking, proposal in found if proposal is not None]
    if not proposed:
        raise WrongState
    if any(booking.now >= proposal.held_until for booking, proposal in proposed):
        raise HoldExpired
    return proposed, locked
