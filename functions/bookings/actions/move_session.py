"""Carrying out a move: take the new time before giving up the old one, then offer the old one to its waitlist."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
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


class Move(NamedTuple):
    """A booking whose session is to move, its new time, and the time it then blocks, including buffers."""

    booking: LockedBooking
    span: Span
    busy: Span


def move_by_student(
    db: PooledConnection,
    moves: Sequence[Move],
    *,
    actor: Actor,
    locked: Collection[UUID],
    at: datetime | None = None,
) -> None:
    """Move sessions, ordered by time, by the same amount; the tutor's open proposals for them end.

    Sessions moved together are recorded with one timestamp, `at`.
    """
    held = [each.booking.held_session_id for each in moves if each.booking.held_session_id is not None]
    for session_id in held:
        proposals.release_held_time(db, session_id)
    vacated = [keep_slot(db, each.booking.session_id) for each in moves]
    # A session may move to the current time of its neighbour, so that one must move first.
    is_later = moves[0].span.starts_at > moves[0].booking.span.starts_at
    for booking, span, busy in reversed(moves) if is_later else moves:
        if not sessions.move_session(db, booking, span, busy, actor, at=at):
            raise ConcurrentUpdate
    for slot, each in zip(vacated, moves, strict=True):
        if slot is not None:
            offer_slot(db, each.booking, slot, "student", locked)
    for session_id in held:
        sessions.take_time(db, session_id)
        pass_on_seats(db, session_id, locked)


def move_as_proposed(
    db: PooledConnection,
    booking: LockedBooking,
    proposal: Proposal,
    actor: Actor,
    locked: Collection[UUID],
    *,
    at: datetime | None = None,
) -> None:
    """Move a session to the time held for it; students waiting for that time now wait for a seat in this session."""
    proposals.release_held_time(db, proposal.held_session_id)
    vacated = keep_slot(db, booking.session_id)
    if not sessions.move_session(db, booking, proposal.span, proposal.busy, actor, proposed=True, at=at):
        raise ConcurrentUpdate
    if vacated is not None:
        offer_slot(db, booking, vacated, "tutor", locked)
    waitlist.move_entries(db, proposal.held_session_id, booking.session_id)
