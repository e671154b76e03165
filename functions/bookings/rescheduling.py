"""Moving a session to another time, in one transaction: the new time is had before the old one is given up."""

from datetime import UTC, timedelta
from uuid import UUID

from functions.bookings import repository
from functions.bookings.booking import why_not
from functions.bookings.decisions import Moved, lock_booking
from functions.bookings.refusals import (
    SLOT_REFUSALS,
    Conflict,
    SlotNotOffered,
    SlotTaken,
    StudentBusy,
    TooShortNotice,
    WrongState,
)
from functions.bookings.repository import Booking
from functions.bookings.schemas import NewTime
from functions.bookings.states import MOVABLE, Actor, Role
from functions.bookings.vacating import pass_on, stay_behind
from functions.bookings.wanted import LAST_YEAR
from shared.domain.free_time import Calendar, Span, load_calendar
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.fields import REQUIRED


class TooLateToReschedule(Conflict):
    """It starts so soon that only the tutor can move it."""

    code = "too_late_to_reschedule"
    detail = "Na przełożenie tych zajęć jest już za późno."


class GroupCannotBeMoved(Conflict):
    """Only the tutor moves a group, and then all of it."""

    code = "group_cannot_be_moved"
    detail = "Termin zajęć grupowych może zmienić tylko korepetytor."


# The hour's price stays what it was when it was booked.
MOVE = """
WITH moved AS (
    UPDATE tutoring_sessions SET starts_at = %(starts_at)s, ends_at = %(ends_at)s, busy_from = %(busy_from)s,
        busy_until = %(busy_until)s, schedule_item_id = NULL
    WHERE id = %(session_id)s AND taken AND starts_at = %(old_starts_at)s
    RETURNING id
), booked AS (
    UPDATE bookings b SET starts_at = %(starts_at)s, ends_at = %(ends_at)s,
        price = round(price * extract(epoch FROM %(ends_at)s::timestamptz - %(starts_at)s::timestamptz)
            / extract(epoch FROM ends_at - starts_at), 2),
        expires_at = CASE WHEN expires_at IS NOT NULL THEN least(expires_at, %(starts_at)s) END,
        sequence = sequence + 1, updated_at = clock_timestamp()
    FROM moved WHERE b.session_id = moved.id AND b.state IN ('pending', 'confirmed')
    RETURNING b.id, b.state
)
INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_id, actor_role, reason, old_starts_at, at)
SELECT id, 'rescheduled', state, state, %(actor_id)s, %(role)s, %(reason)s, %(old_starts_at)s, clock_timestamp()
FROM booked ORDER BY id
"""


def reschedule(db: PooledConnection, caller_id: UUID, booking_id: int, new: NewTime) -> None:
    """Move a session: its student within the terms of booking, its tutor to any time of theirs, with a reason.

    The time it has already changes nothing. The time a student gives up is offered to whoever waits for it.

    Raises NotFound, FieldErrors, WrongState, TooLateToReschedule, GroupCannotBeMoved, StudentBusy or one of
    SLOT_REFUSALS.
    """
    booking, role, locked = lock_booking(db, booking_id, caller_id, members=True)
    if role == "tutor" and not new.reason:
        raise FieldErrors({"reason": [REQUIRED]})
    _check_it_may_move(booking, role)
    span = _new_span(booking, new)
    if span == Span(booking.starts_at.astimezone(UTC), booking.ends_at.astimezone(UTC)):
        return
    calendar = load_calendar(db, booking.tutor_id or 0, span, but_session=booking.session_id)
    if calendar is None:
        raise NotFound
    if role == "tutor":
        _check_as_tutor(db, booking, calendar, span)
    else:
        lengths = {booking.length}
        [reason] = why_not(db, calendar, caller_id, [span], also=lengths, but_session=booking.session_id)
        if reason:
            raise SLOT_REFUSALS[reason]
    behind = stay_behind(db, booking.session_id)
    _move(db, booking, span, calendar.terms.busy(span), Actor(caller_id, role, new.reason))
    if behind is not None:
        pass_on(db, booking, behind, role, locked)


def _check_it_may_move(booking: Booking, role: Role) -> None:
    if booking.state not in MOVABLE or booking.awaiting == "student" or booking.starts_at <= booking.now:
        raise WrongState
    if role == "student" and booking.kind == "group":
        raise GroupCannotBeMoved
    if role == "student" and booking.state == "confirmed" and booking.now > booking.changeable_until:
        raise TooLateToReschedule


def _new_span(booking: Booking, new: NewTime) -> Span:
    length = booking.length if new.length is None else timedelta(minutes=new.length)
    start = new.start_time.astimezone(UTC)
    if start.year >= LAST_YEAR:
        raise SlotNotOffered
    return Span(start, start + length)


def _check_as_tutor(db: PooledConnection, booking: Booking, calendar: Calendar, span: Span) -> None:
    """Tutors dispose of their own time, but of nobody else's."""
    if span.starts_at <= calendar.now:
        raise TooShortNotice
    if calendar.is_taken(span):
        raise SlotTaken
    if repository.find_busy(db, booking.members, [span], but_session=booking.session_id):
        raise StudentBusy


def _move(db: PooledConnection, booking: Booking, span: Span, busy: Span, actor: Actor) -> None:
    """Raises Moved if the session is no longer where it was."""
    values = {
        "session_id": booking.session_id,
        "old_starts_at": booking.starts_at,
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
        "busy_from": busy.starts_at,
        "busy_until": busy.ends_at,
        "actor_id": actor.id,
        "role": actor.role,
        "reason": actor.reason,
    }
    if not db.execute(MOVE, values).rowcount:
        raise Moved
