"""A tutor's proposal to move a session: the new time is held, too, until the students have answered."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from functions.bookings.actions.move_session import Move
from functions.bookings.actions.seats import OUR_ROOM, new_room, pass_on_seats
from functions.bookings.data import proposals
from functions.bookings.data.lookups import find_busy
from functions.bookings.data.proposals import NewProposal
from functions.bookings.domain.booking import REQUEST_HOLD, LockedBooking
from functions.bookings.domain.errors import SLOT_ERRORS, Conflict, InThePast, SlotConflict, TooShortNotice
from functions.bookings.domain.transitions import Actor
from shared.data.move_proposals import end_proposals
from shared.domain.free_time import Calendar, Span
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import ConcurrentUpdate

# Both times are settled at least this long before the earlier of them.
ANSWERED_BEFORE = timedelta(hours=2)


class TooLateToReschedule(Conflict):
    """The session starts too soon to be moved: too soon for its student, or for an answer to its tutor."""

    code = "too_late_to_reschedule"
    detail = "Na przełożenie tych zajęć jest już za późno."


def propose_move(
    db: PooledConnection, move: Move, calendar: Calendar, *, actor: Actor, locked: Collection[UUID]
) -> None:
    """Hold a time of the tutor's for a session; a new proposal ends an open one.

    Raises InThePast, TooShortNotice, TooLateToReschedule, SlotTaken or StudentBusy.
    """
    held_until = answered_until(move.booking, calendar.now, move.span)
    if reason := why_not_proposed(db, move, calendar, but_sessions=[move.booking.session_id]):
        raise SLOT_ERRORS[reason]
    hold(db, [move], held_until, actor=actor, locked=locked)


def why_not_proposed(
    db: PooledConnection, move: Move, calendar: Calendar, *, but_sessions: Sequence[int]
) -> SlotConflict | None:
    """Why a time cannot be proposed. The terms of booking are not checked: tutors decide about their own time."""
    if calendar.is_taken(move.span):
        return "taken"
    return "student_busy" if find_busy(db, move.booking.members, [move.span], but_sessions=but_sessions) else None


def hold(
    db: PooledConnection,
    moves: Sequence[Move],
    held_until: datetime,
    *,
    actor: Actor,
    locked: Collection[UUID],
    at: datetime | None = None,
) -> None:
    """Hold times for students to accept until `held_until`. Proposals made together have one timestamp, `at`.

    Raises psycopg.IntegrityError if a time is taken.
    """
    held = [each.booking.held_session_id for each in moves if each.booking.held_session_id is not None]
    if held:
        end_proposals(db, held, "move_withdrawn", actor_id=actor.id, role="tutor")
    for session_id in held:
        pass_on_seats(db, session_id, locked)
    for booking, span, busy in moves:
        if not proposals.hold_time(db, booking, NewProposal(span, busy, held_until, actor, new_room(), OUR_ROOM, at)):
            raise ConcurrentUpdate


def answered_until(booking: LockedBooking, now: datetime, span: Span) -> datetime:
    """The deadline for the students to respond. Raises InThePast, TooShortNotice or TooLateToReschedule."""
    if span.starts_at <= now:
        raise InThePast
    if span.starts_at - ANSWERED_BEFORE <= now:
        raise TooShortNotice
    if booking.starts_at - ANSWERED_BEFORE <= now:
        raise TooLateToReschedule
    return min(now + REQUEST_HOLD, min(booking.starts_at, span.starts_at) - ANSWERED_BEFORE)
