"""Moving a session to another time: its student does so at once, its tutor proposes it."""

from datetime import UTC, timedelta
from uuid import UUID

from functions.bookings.actions.bookable import why_not_bookable
from functions.bookings.actions.move_session import Move, move_by_student
from functions.bookings.actions.pace import check_pace
from functions.bookings.actions.propose_move import TooLateToReschedule, propose_move
from functions.bookings.actions.unit_of_work import lock_booking
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.commands import OUT_OF_BOUNDS, NewTime
from functions.bookings.domain.errors import SLOT_ERRORS, Conflict, InThePast, WrongState
from functions.bookings.domain.transitions import RESCHEDULABLE, Actor, Role
from shared.domain.bounds import LONGEST_SESSION, SHORTEST_SESSION
from shared.domain.free_time import Calendar, Span, load_calendar
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.fields import REQUIRED

# How far ahead a session can be moved; anything later is taken for a mistake.
FARTHEST = timedelta(days=2 * 365)
SHORTEST, LONGEST = timedelta(minutes=SHORTEST_SESSION), timedelta(minutes=LONGEST_SESSION)
TOO_FAR = "Zajęcia można przełożyć najdalej o dwa lata naprzód."


class GroupCannotBeMoved(Conflict):
    """Only the tutor can propose to move a group, and only the whole group."""

    code = "group_cannot_be_moved"
    detail = "Termin zajęć grupowych może zmienić tylko korepetytor."


def reschedule_booking(db: PooledConnection, caller_id: UUID, booking_id: int, command: NewTime) -> None:
    """Move a session within the terms of booking, or, as its tutor, propose any time of theirs with a reason.

    Requesting the current time changes nothing. A time the student gives up is offered to its waitlist.
    Raises NotFound, FieldErrors, WrongState, TooLateToReschedule, GroupCannotBeMoved, Throttled or one of SLOT_ERRORS.
    """
    booking, role, locked = lock_booking(db, booking_id, caller_id, members=True)
    if role == "tutor" and not command.reason:
        raise FieldErrors({"reason": [REQUIRED]})
    check_it_may_move(booking, role)
    span = new_span(booking, command)
    if span == booking.span:
        return
    check_bounds(booking, span)
    check_pace(db, caller_id, booking.student_id, booking.tutor_id)
    calendar = load_calendar(db, booking.tutor_id or 0, span, but_sessions=[booking.session_id])
    if calendar is None:
        raise NotFound
    actor, move = Actor(caller_id, role, command.reason), Move(booking, span, calendar.terms.busy(span))
    if role == "tutor":
        propose_move(db, move, calendar, actor=actor, locked=locked)
    else:
        _check_students_move(db, booking, calendar, span, caller_id)
        move_by_student(db, [move], actor=actor, locked=locked)


def check_it_may_move(booking: LockedBooking, role: Role) -> None:
    """Raises WrongState, GroupCannotBeMoved or TooLateToReschedule."""
    if booking.state not in RESCHEDULABLE or booking.awaiting == "student" or booking.starts_at <= booking.now:
        raise WrongState
    if role == "student" and booking.kind == "group":
        raise GroupCannotBeMoved
    if role == "student" and booking.state == "confirmed" and booking.now > booking.changeable_until:
        raise TooLateToReschedule


def new_span(booking: LockedBooking, command: NewTime) -> Span:
    """The new time of the session. Raises FieldErrors if it is too far ahead, or InThePast."""
    length = booking.length if command.length is None else timedelta(minutes=command.length)
    start = command.start_time.astimezone(UTC)
    if start < booking.now:
        raise InThePast
    # An item entered by hand can be booked any time ahead; the limit then counts from the session's own start.
    is_far = booking.starts_at > booking.now + FARTHEST
    if start > (booking.starts_at if is_far else booking.now) + FARTHEST:
        raise FieldErrors({"start_time": [TOO_FAR]})
    return Span(start, start + length)


def check_bounds(booking: LockedBooking, span: Span) -> None:
    """Check that the length is within the general limits; a session may keep its current length.

    Raises FieldErrors.
    """
    length = span.ends_at - span.starts_at
    if length != booking.length and not SHORTEST <= length <= LONGEST:
        raise FieldErrors({"length": [OUT_OF_BOUNDS]})


def _check_students_move(
    db: PooledConnection, booking: LockedBooking, calendar: Calendar, span: Span, student_id: UUID
) -> None:
    """Check that the student moves within the terms of booking, where the current length is allowed too."""
    [reason] = why_not_bookable(
        db, calendar, student_id, [span], extra_lengths={booking.length}, but_sessions=[booking.session_id]
    )
    if reason:
        raise SLOT_ERRORS[reason]
