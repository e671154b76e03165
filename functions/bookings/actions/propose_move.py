"""A tutor's move of a session: a proposal, for which the new time is held as well until its students have answered."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from functions.bookings.actions.seats import OUR_ROOM, new_room, pass_on_seats
from functions.bookings.data import proposals
from functions.bookings.data.lookups import find_busy
from functions.bookings.data.proposals import NewProposal
from functions.bookings.domain.booking import REQUEST_HOLD, LockedBooking
from functions.bookings.domain.errors import Conflict, InThePast, SlotTaken, StudentBusy, TooShortNotice
from functions.bookings.domain.transitions import Actor
from shared.data.move_proposals import end_proposals
from shared.domain.free_time import Calendar, Span
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import ConcurrentUpdate

# Both times are known for certain so long before the earlier of them.
ANSWERED_BEFORE = timedelta(hours=2)


class TooLateToReschedule(Conflict):
    """It starts so soon that it stays when it is: too soon for its student, or for an answer to its tutor."""

    code = "too_late_to_reschedule"
    detail = "Na przełożenie tych zajęć jest już za późno."


def propose_move(
    db: PooledConnection,
    booking: LockedBooking,
    calendar: Calendar,
    span: Span,
    *,
    actor: Actor,
    locked: Collection[UUID],
) -> None:
    """Hold a time of the tutor's for a session; an open proposal ends with the next.

    Raises InThePast, TooShortNotice, TooLateToReschedule, SlotTaken or StudentBusy.
    """
    held_until = _held_until(booking, calendar.now, span)
    if calendar.is_taken(span):
        raise SlotTaken
    if find_busy(db, booking.members, [span], but_session=booking.session_id):
        raise StudentBusy
    if booking.held_session_id is not None:
        end_proposals(db, [booking.held_session_id], "move_withdrawn", actor_id=actor.id, role="tutor")
        pass_on_seats(db, booking.held_session_id, locked)
    busy = calendar.terms.busy(span)
    if not proposals.hold_time(db, booking, NewProposal(span, busy, held_until, actor, new_room(), OUR_ROOM)):
        raise ConcurrentUpdate


def _held_until(booking: LockedBooking, now: datetime, span: Span) -> datetime:
    """Until when the students can answer. Raises InThePast, TooShortNotice or TooLateToReschedule."""
    if span.starts_at <= now:
        raise InThePast
    if span.starts_at - ANSWERED_BEFORE <= now:
        raise TooShortNotice
    if booking.starts_at - ANSWERED_BEFORE <= now:
        raise TooLateToReschedule
    return min(now + REQUEST_HOLD, min(booking.starts_at, span.starts_at) - ANSWERED_BEFORE)
