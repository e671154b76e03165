"""Which time of which tutor a request to book means."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from functions.bookings.refusals import SlotNotOffered
from functions.bookings.schemas import NewBooking
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.fields import REQUIRED

WHAT = "Podaj schedule_item, albo tutor i start_time, albo session."
ONE_END = "Podaj length albo end_time."
ENDS_BEFORE_START = "Czas rozpoczęcia musi być wcześniejszy niż czas zakończenia."
NO_SERIES = "Do grupy dołącza się na jedne zajęcia."
LONGEST = timedelta(hours=24)
# Room for buffers and weeks before the last date there is.
LAST_YEAR = 9990

FIND_ITEM = """
SELECT i.tutor_id, t.user_id, i.starts_at, i.ends_at FROM schedule_items i JOIN tutors t ON t.id = i.tutor_id
WHERE i.id = %s AND t.listed
"""


@dataclass(frozen=True)
class Wanted:
    """A stretch of a tutor's time; whether it is one item of the schedule as it stands."""

    tutor_id: int
    tutor_user_id: UUID
    span: Span
    item_id: int | None = None
    is_whole_item: bool = False


def find_wanted(db: PooledConnection, new: NewBooking) -> Wanted:
    """Raises FieldErrors for a request that means nothing, NotFound for unknown items and tutors, or SlotNotOffered."""
    if new.schedule_item is not None and new.tutor is None:
        found = _part_of_item(db, new, new.schedule_item)
    elif new.tutor is not None and new.schedule_item is None:
        owner = db.execute("SELECT user_id FROM tutors WHERE id = %s AND listed", (new.tutor,)).fetchone()
        if owner is None:
            raise NotFound
        found = Wanted(new.tutor, owner[0], _given_span(new))
    else:
        raise FieldErrors({"non_field_errors": [WHAT]})
    if found.span.ends_at - found.span.starts_at > LONGEST or found.span.ends_at.year > LAST_YEAR:
        raise SlotNotOffered
    return found


def _part_of_item(db: PooledConnection, new: NewBooking, item_id: int) -> Wanted:
    if new.start_time is None and (new.length is not None or new.end_time is not None):
        raise FieldErrors({"start_time": [REQUIRED]})
    part = None if new.start_time is None else _given_span(new)
    row = db.execute(FIND_ITEM, (item_id,)).fetchone()
    if row is None:
        raise NotFound
    tutor_id, user_id, starts_at, ends_at = row
    item = Span(starts_at.astimezone(UTC), ends_at.astimezone(UTC))
    if part is not None and not (item.starts_at <= part.starts_at and part.ends_at <= item.ends_at):
        raise SlotNotOffered
    return Wanted(tutor_id, user_id, part or item, item_id, is_whole_item=part in {None, item})


def _given_span(new: NewBooking) -> Span:
    """In UTC: within a zone datetimes compare by wall clock, whatever their offsets."""
    if new.start_time is None:
        raise FieldErrors({"start_time": [REQUIRED]})
    if (new.length is None) == (new.end_time is None):
        raise FieldErrors({"length": [ONE_END]})
    start = new.start_time.astimezone(UTC)
    end = new.end_time.astimezone(UTC) if new.end_time else _after(start, new.length or 0)
    if end <= start:
        raise FieldErrors({"end_time": [ENDS_BEFORE_START]})
    return Span(start, end)


def _after(start: datetime, minutes: int) -> datetime:
    """Raises SlotNotOffered behind the last date there is."""
    try:
        return start + timedelta(minutes=minutes)
    except OverflowError:
        raise SlotNotOffered from None
