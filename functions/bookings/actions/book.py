"""Booking an item, a part of it, a slot of a tutor's time or a seat in a group."""

from uuid import UUID

from functions.bookings.actions.bookable import session_form, session_times, why_not
from functions.bookings.actions.join_group import join_group, join_group_at
from functions.bookings.actions.requested_slot import find_requested_slot, lock_calendar
from functions.bookings.actions.seats import seat_for_student
from functions.bookings.data.repository import AddedBooking, add_sessions
from functions.bookings.domain.commands import NewBooking
from functions.bookings.domain.errors import SLOT_ERRORS
from shared.kit.db.pool import PooledConnection


def book_session(db: PooledConnection, student_id: UUID, command: NewBooking) -> AddedBooking:
    """Book the requested slot.

    Raises FieldErrors, NotFound, OwnSlot, TutorIncomplete, one of SLOT_ERRORS, SessionFull, Blocked,
    TooManyBookings or Throttled.
    """
    if command.session is not None:
        return join_group(db, student_id, command, command.session)
    slot = find_requested_slot(db, command)
    locked = lock_calendar(db, slot, student_id, slot.span)
    calendar = locked.calendar
    form = session_form(calendar.terms, command)
    reason = why_not(calendar, slot.span, slot.extra_lengths(calendar))
    if reason is None and locked.is_student_busy:
        reason = "student_busy"
    if reason == "taken" and command.kind == "group":
        return join_group_at(db, student_id, command, slot)
    if reason:
        raise SLOT_ERRORS[reason]
    seat = seat_for_student(student_id, calendar.terms.confirmation, command.note)
    [added] = add_sessions(db, seat, form, session_times(calendar.terms, form, slot, [slot.span]))
    return added
