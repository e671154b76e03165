"""Joining an existing group session."""

from datetime import timedelta
from uuid import UUID

from functions.bookings.actions.pace import check_pace
from functions.bookings.actions.requested_slot import ONE_SLOT, RequestedSlot
from functions.bookings.actions.seats import seat_for_student
from functions.bookings.data import lookups
from functions.bookings.data.lookups import GroupSession
from functions.bookings.data.repository import AddedBooking, add_seat
from functions.bookings.domain.commands import SlotCommand
from functions.bookings.domain.errors import (
    AlreadyBooked,
    InThePast,
    OwnSlot,
    SessionFull,
    SlotTaken,
    StudentBusy,
    TooShortNotice,
    TutorIncomplete,
)
from shared.data.locking import lock_people
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors, NotFound

A_GROUP = "To są zajęcia grupowe."
OTHER_FORM = "Ta grupa spotyka się w innej formie."


def join_group(db: PooledConnection, student_id: UUID, command: SlotCommand, session_id: int) -> AddedBooking:
    """Book a seat of an open group.

    Raises FieldErrors, NotFound, OwnSlot, Throttled, TutorIncomplete, InThePast, TooShortNotice, SessionFull,
    AlreadyBooked, StudentBusy, Blocked or TooManyBookings.
    """
    times = (command.start_time, command.end_time, command.length)
    if any(each is not None for each in (command.schedule_item, command.tutor, *times)):
        raise FieldErrors({"non_field_errors": [ONE_SLOT]})
    if "kind" in command.model_fields_set and command.kind != "group":
        raise FieldErrors({"kind": [A_GROUP]})
    group = _get_group(db, session_id)
    if group.tutor_user_id == student_id:
        raise OwnSlot
    lock_people(db, group.tutor_user_id, student_id)
    check_pace(db, student_id, student_id, group.tutor_id)
    return _book_seat(db, student_id, command, _get_group(db, session_id))


def join_group_at(db: PooledConnection, student_id: UUID, command: SlotCommand, slot: RequestedSlot) -> AddedBooking:
    """Join the group session at exactly the requested time. Its tutor and the student are locked.

    Raises SlotTaken if there is none, and the errors of `join_group`.
    """
    group = lookups.find_group_at(db, slot.tutor_id, slot.span)
    if group is None:
        raise SlotTaken
    return _book_seat(db, student_id, command, group)


def _get_group(db: PooledConnection, session_id: int) -> GroupSession:
    group = lookups.find_group(db, session_id)
    if group is None:
        raise NotFound
    return group


def _book_seat(db: PooledConnection, student_id: UUID, command: SlotCommand, group: GroupSession) -> AddedBooking:
    if not group.is_complete:
        raise TutorIncomplete
    if command.form not in {None, group.form}:
        raise FieldErrors({"form": [OTHER_FORM]})
    if group.starts_at < group.now:
        raise InThePast
    if group.starts_at < group.now + timedelta(minutes=group.minimum_notice):
        raise TooShortNotice
    if student_id in group.members:
        raise AlreadyBooked
    if lookups.find_busy(db, [student_id], [Span(group.starts_at, group.ends_at)]):
        raise StudentBusy
    # Students on the waitlist come first.
    if group.free_seat is None or group.has_waitlist:
        raise SessionFull
    return add_seat(db, seat_for_student(student_id, group.confirmation, command.note, seat=group.free_seat), group.id)
