"""Groups: joining a session that others have opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from functions.bookings import repository
from functions.bookings.refusals import OwnSlot, SessionFull, SlotTaken, StudentBusy, TooShortNotice
from functions.bookings.schemas import NewBooking
from functions.bookings.seats import FREE_SEAT, students_seat
from functions.bookings.wanted import NO_SERIES, Wanted
from shared.data.locking import lock_people
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors, NotFound

OTHER_FORM = "Ta grupa spotyka się w innej formie."


@dataclass(frozen=True)
class Group:
    """A group's session that is still to come, with its first free seat."""

    now: datetime
    id: int
    tutor_user_id: UUID
    starts_at: datetime
    ends_at: datetime
    form: str
    minimum_notice: int
    confirmation: str
    has_line: bool
    seat: int | None


FIND_GROUP = f"""
SELECT clock_timestamp() AS now, s.id, t.user_id AS tutor_user_id, s.starts_at, s.ends_at, s.form, r.minimum_notice,
    r.confirmation, EXISTS (SELECT FROM waitlist_entries WHERE session_id = s.id AND state = 'waiting') AS has_line,
    {FREE_SEAT} AS seat
FROM tutoring_sessions s JOIN tutors t ON t.id = s.tutor_id JOIN booking_terms r ON r.tutor_id = t.id
WHERE s.taken AND s.kind = 'group' AND t.listed AND
"""
BY_ID = FIND_GROUP + "s.id = %s"
BY_TIME = FIND_GROUP + "s.tutor_id = %s AND s.starts_at = %s AND s.ends_at = %s"


def _find(db: PooledConnection, statement: str, *values: object) -> Group | None:
    with db.cursor(row_factory=class_row(Group)) as cursor:
        return cursor.execute(statement, values).fetchone()


def join(db: PooledConnection, student_id: UUID, new: NewBooking, session_id: int) -> str:
    """Take a seat of an open group; the reservation as JSON text.

    Raises FieldErrors, NotFound, OwnSlot, TooShortNotice, SessionFull or StudentBusy.
    """
    if new.weeks is not None:
        raise FieldErrors({"weeks": [NO_SERIES]})
    group = _find(db, BY_ID, session_id)
    if group is None:
        raise NotFound
    if group.tutor_user_id == student_id:
        raise OwnSlot
    lock_people(db, group.tutor_user_id, student_id)
    group = _find(db, BY_ID, session_id)
    if group is None:
        raise NotFound
    return _take_seat(db, student_id, new, group)


def join_at(db: PooledConnection, student_id: UUID, new: NewBooking, wanted: Wanted) -> str:
    """Join the group that meets at the very time wanted, whose tutor and student are locked. Raises SlotTaken too."""
    group = _find(db, BY_TIME, wanted.tutor_id, wanted.span.starts_at, wanted.span.ends_at)
    if group is None:
        raise SlotTaken
    return _take_seat(db, student_id, new, group)


def _take_seat(db: PooledConnection, student_id: UUID, new: NewBooking, group: Group) -> str:
    if new.form not in {None, group.form}:
        raise FieldErrors({"form": [OTHER_FORM]})
    if group.starts_at < group.now + timedelta(minutes=group.minimum_notice):
        raise TooShortNotice
    if repository.find_busy(db, [student_id], [Span(group.starts_at, group.ends_at)]):
        raise StudentBusy
    # Whoever waits comes first.
    if group.seat is None or group.has_line:
        raise SessionFull
    seat = students_seat(student_id, group.confirmation, new.note, seat=group.seat)
    _booking_id, reservation = repository.add_seat(db, seat, group.id)
    return reservation
