"""Booking a weekly series."""

from typing import NamedTuple
from uuid import UUID, uuid4

from functions.bookings.actions.bookable import session_form, session_times, why_not_bookable
from functions.bookings.actions.requested_slot import find_requested_slot, lock_calendar
from functions.bookings.actions.seats import seat_for_student
from functions.bookings.data.repository import add_sessions
from functions.bookings.domain import series
from functions.bookings.domain.commands import NewBooking, SlotCommand
from functions.bookings.domain.series import Conflicts, SeriesConflict
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors
from shared.kit.json import json_array, json_object, json_text

NO_SERIES = "Do grupy dołącza się na jedne zajęcia."


class BookedSeries(NamedTuple):
    """A series with its reservations as JSON texts, and the times that could not be booked."""

    id: UUID
    reservations: list[str]
    skipped: Conflicts

    def as_json(self, name_of_id: str) -> str:
        """The series as JSON text; the deprecated endpoint names its id `series`."""
        return json_object(
            {
                name_of_id: json_text(str(self.id)),
                "reservations": json_array(self.reservations),
                "skipped": json_text(self.skipped),
            }
        )


def book_series(
    db: PooledConnection, student_id: UUID, command: SlotCommand, weeks: int, *, skip_conflicts: bool
) -> BookedSeries:
    """Book all sessions of a series or, with `skip_conflicts`, only those that are free.

    Raises FieldErrors, NotFound, OwnSlot, TutorIncomplete, SlotNotOffered, BeyondWindow, SeriesConflict,
    Blocked, TooManyBookings or Throttled.
    """
    slot = find_requested_slot(db, command)
    locked = lock_calendar(db, slot, student_id, series.window(slot.span, weeks))
    calendar, is_free = locked.calendar, not locked.is_student_busy
    form = session_form(calendar.terms, command)
    spans = series.occurrences(slot.span, weeks, calendar.terms.zone)
    lengths = slot.extra_lengths(calendar)
    reasons = why_not_bookable(db, calendar, student_id, spans, extra_lengths=lengths, is_student_free=is_free)
    skipped = series.conflicts(spans, reasons)
    free = [span for span, reason in zip(spans, reasons, strict=True) if reason is None]
    if skipped and not (skip_conflicts and free):
        raise SeriesConflict(skipped)
    series_id = uuid4()
    seat = seat_for_student(student_id, calendar.terms.confirmation, command.note, series_id=series_id)
    added = add_sessions(db, seat, form, session_times(calendar.terms, form, slot, free))
    return BookedSeries(series_id, [each.reservation for each in added], skipped)


def book_weeks(db: PooledConnection, student_id: UUID, command: NewBooking, weeks: int) -> BookedSeries:
    """Book a series through the deprecated endpoint, as a booking with `weeks`. Raises the errors of `book_series`."""
    if command.session is not None:
        raise FieldErrors({"weeks": [NO_SERIES]})
    return book_series(db, student_id, command, weeks, skip_conflicts=command.skip_conflicts)
