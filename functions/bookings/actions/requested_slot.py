"""Resolving a booking request to a time of a tutor."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from functions.bookings.actions.pace import present_pace
from functions.bookings.data import lookups
from functions.bookings.data.locked_time import lock_time
from functions.bookings.domain.commands import SlotCommand
from functions.bookings.domain.errors import BeyondWindow, InThePast, OwnSlot, SlotNotOffered, TutorIncomplete
from shared.domain.free_time import Calendar, Span, calendar_from
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors, NotFound, Throttled
from shared.kit.http.fields import REQUIRED

ONE_SLOT = "Podaj schedule_item, albo tutor i start_time, albo session."
ONE_END = "Podaj length albo end_time."
ENDS_BEFORE_START = "Czas rozpoczęcia musi być wcześniejszy niż czas zakończenia."
LONGEST = timedelta(hours=24)
# Leaves room for zones, buffers and weeks before datetime's maximum and after its minimum.
FIRST_YEAR, LAST_YEAR = 1000, 9990


class RequestedSlot(NamedTuple):
    """A period of a tutor's time; whether it is exactly one schedule item."""

    tutor_id: int
    tutor_user_id: UUID
    span: Span
    item_id: int | None = None
    is_whole_item: bool = False

    def extra_lengths(self, calendar: Calendar) -> set[timedelta]:
        """The whole length of an item entered by hand, which can be booked however long it is."""
        whole = self.is_whole_item and calendar.entered_by_hand(self.span)
        return {self.span.ends_at - self.span.starts_at} if whole else set()


def find_requested_slot(db: PooledConnection, command: SlotCommand) -> RequestedSlot:
    """Find the requested slot.

    Raises FieldErrors for an invalid request, NotFound for unknown items and tutors, SlotNotOffered, InThePast or
    BeyondWindow.
    """
    if command.schedule_item is not None and command.tutor is None:
        slot = _part_of_item(db, command, command.schedule_item)
    elif command.tutor is not None and command.schedule_item is None:
        account = lookups.find_tutor_account(db, command.tutor)
        if account is None:
            raise NotFound
        slot = RequestedSlot(command.tutor, account, _given_span(command))
    else:
        raise FieldErrors({"non_field_errors": [ONE_SLOT]})
    if slot.span.starts_at.year < FIRST_YEAR:
        raise InThePast
    if slot.span.ends_at.year > LAST_YEAR:
        raise BeyondWindow
    if slot.span.ends_at - slot.span.starts_at > LONGEST:
        raise SlotNotOffered
    return slot


class LockedCalendar(NamedTuple):
    """A tutor's calendar around a window, and whether the student is busy in it; both are locked."""

    calendar: Calendar
    is_student_busy: bool


def lock_calendar(db: PooledConnection, slot: RequestedSlot, student_id: UUID, window: Span) -> LockedCalendar:
    """The tutor's calendar around a window, once tutor and student are locked.

    Raises OwnSlot, NotFound, TutorIncomplete or Throttled.
    """
    if slot.tutor_user_id == student_id:
        raise OwnSlot
    found = lock_time(db, slot.tutor_id, slot.tutor_user_id, student_id, window, pace=present_pace())
    if found.full_hour is not None:
        raise Throttled(found.full_hour)
    if found.calendar is None:
        raise NotFound
    calendar = calendar_from(found.calendar)
    if not calendar.terms.is_complete:
        raise TutorIncomplete
    return LockedCalendar(calendar, found.is_student_busy)


def _part_of_item(db: PooledConnection, command: SlotCommand, item_id: int) -> RequestedSlot:
    if command.start_time is None and (command.length is not None or command.end_time is not None):
        raise FieldErrors({"start_time": [REQUIRED]})
    part = None if command.start_time is None else _given_span(command)
    item = lookups.find_item(db, item_id)
    if item is None:
        raise NotFound
    whole = Span(item.starts_at.astimezone(UTC), item.ends_at.astimezone(UTC))
    if part is not None and not (whole.starts_at <= part.starts_at and part.ends_at <= whole.ends_at):
        raise SlotNotOffered
    is_whole_item = part in {None, whole}
    return RequestedSlot(item.tutor_id, item.tutor_user_id, part or whole, item_id, is_whole_item)


def _given_span(command: SlotCommand) -> Span:
    """The requested span in UTC: within one zone datetimes compare by wall clock, ignoring their offsets."""
    if command.start_time is None:
        raise FieldErrors({"start_time": [REQUIRED]})
    if (command.length is None) == (command.end_time is None):
        raise FieldErrors({"length": [ONE_END]})
    start = command.start_time.astimezone(UTC)
    end = command.end_time.astimezone(UTC) if command.end_time else _after(start, command.length or 0)
    if end <= start:
        raise FieldErrors({"end_time": [ENDS_BEFORE_START]})
    return Span(start, end)


def _after(start: datetime, minutes: int) -> datetime:
    """Raises BeyondWindow if the result is later than datetime can represent."""
    try:
        return start + timedelta(minutes=minutes)
    except OverflowError:
        raise BeyondWindow from None
