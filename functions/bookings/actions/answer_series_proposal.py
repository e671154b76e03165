"""Answering all that a tutor proposes for a weekly series at once, and taking it back."""

from collections.abc import Collection
from typing import Literal
from uuid import UUID

from functions.bookings.actions.answer_proposal import move, move_if_agreed
from functions.bookings.actions.cancel import give_up
from functions.bookings.actions.locked_series import lock_series
from functions.bookings.actions.seats import pass_on_seats
from functions.bookings.data import proposals
from functions.bookings.data.proposals import Proposal
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.errors import HoldExpired, ProposalChanged, WrongState
from functions.bookings.domain.transitions import SYSTEM, Actor, Role
from shared.data.move_proposals import end_proposals
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import NotFound

Proposed = list[tuple[LockedBooking, Proposal]]


def accept_series_proposal(
    db: PooledConnection, student_id: UUID, series_id: UUID, proposal_ids: Collection[int]
) -> None:
    """Move to the proposed times, all or none, if they are those meant.

    Raises NotFound, WrongState, HoldExpired, ProposalChanged or StudentBusy.
    """
    proposed, locked = _lock_proposed(db, series_id, student_id, "student")
    if {proposal.held_session_id for _booking, proposal in proposed} != set(proposal_ids):
        raise ProposalChanged
    actor, at = Actor(student_id, "student"), proposed[0][0].now
    for booking, proposal in proposed:
        if booking.kind == "individual":
            move(db, booking, proposal, actor, locked, at=at)
        else:
            proposals.agree(db, booking)
            move_if_agreed(db, booking, actor, locked)


def decline_series_proposal(db: PooledConnection, student_id: UUID, series_id: UUID, reason: str) -> None:
    """Keep the times there are; seats in groups are given up. Raises NotFound, WrongState or HoldExpired."""
    proposed, locked = _lock_proposed(db, series_id, student_id, "student")
    actor, at = Actor(student_id, "student", reason), proposed[0][0].now
    for booking in [booking for booking, _proposal in proposed if booking.kind == "group"]:
        give_up(db, booking, actor, locked, at=at)
        move_if_agreed(db, booking, SYSTEM, locked)
    _end(db, [each for each in proposed if each[0].kind == "individual"], actor, locked)


def withdraw_series_proposal(db: PooledConnection, tutor_user_id: UUID, series_id: UUID, reason: str) -> None:
    """Leave the sessions at the times they have. Raises NotFound, WrongState or HoldExpired."""
    proposed, locked = _lock_proposed(db, series_id, tutor_user_id, "tutor")
    _end(db, proposed, Actor(tutor_user_id, "tutor", reason), locked)


def _end(db: PooledConnection, proposed: Proposed, actor: Actor, locked: Collection[UUID]) -> None:
    held = [proposal.held_session_id for _booking, proposal in proposed]
    kind: Literal["move_declined", "move_withdrawn"] = "move_declined" if actor.role == "student" else "move_withdrawn"
    if held:
        end_proposals(db, held, kind, actor_id=actor.id, role=actor.role, reason=actor.reason)
    for each in held:
        pass_on_seats(db, each, locked)


def _lock_proposed(
    db: PooledConnection, series_id: UUID, caller_id: UUID, role: Role
) -> tuple[Proposed, frozenset[UUID]]:
    """What is proposed for a series, for one of its two sides. Raises NotFound, WrongState or HoldExpired."""
    series, role_of_caller, locked = lock_series(db, series_id, caller_id)
    if role_of_caller != role:
        raise NotFound
    found = [(each, proposals.find_proposal(db, each.held_session_id or 0)) for each in series if each.is_asked]
    proposed = [(booking, proposal) for booking, proposal in found if proposal is not None]
    if not proposed:
        raise WrongState
    if any(booking.now >= proposal.held_until for booking, proposal in proposed):
        raise HoldExpired
    return proposed, locked
