"""Joining the waitlist of a full session."""

from datetime import UTC, timedelta
from uuid import UUID

from functions.bookings.actions.requested_slot import LAST_YEAR, LONGEST
from functions.bookings.data import waitlist
from functions.bookings.data.waitlist import WaitedForSession
from functions.bookings.domain.commands import FullSession
from functions.bookings.domain.errors import AlreadyBooked, Blocked, Conflict, OwnSlot, TutorIncomplete
from shared.data.locking import lock_all
from shared.domain.free_time import Span, load_calendar
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors, NotFound

ONE_SESSION = "Podaj session, albo tutor i start_time."


class NotFull(Conflict):
    """There is a free seat: you can book it at once."""

    code = "not_full"
    detail = "To miejsce jest wolne: można je od razu zarezerwować."


class AlreadyWaiting(Conflict):
    """You are already on the waitlist."""

    code = "already_waiting"
    detail = "Jesteś już na liście oczekujących."


def get_session(db: PooledConnection, student_id: UUID, command: FullSession) -> WaitedForSession:
    """The session to wait for. Raises FieldErrors or NotFound."""
    if (command.session is None) == (command.tutor is None or command.start_time is None):
        raise FieldErrors({"non_field_errors": [ONE_SESSION]})
    starts_at = command.start_time and command.start_time.astimezone(UTC)
    session = waitlist.find_session(db, student_id, session=command.session, tutor=command.tutor, starts_at=starts_at)
    if session is None:
        raise NotFound
    return session


def _is_free(db: PooledConnection, command: FullSession) -> bool:
    """Whether a session of any length can be booked at that time without waiting."""
    if command.tutor is None or command.start_time is None:
        return False
    start = command.start_time.astimezone(UTC)
    if start.year > LAST_YEAR:
        return False
    calendar = load_calendar(db, command.tutor, Span(start, start + LONGEST))
    if calendar is None or not calendar.terms.is_complete:
        return False
    lengths = [timedelta(minutes=each) for each in calendar.terms.session_lengths]
    return any(calendar.why_not(Span(start, start + length)) is None for length in lengths)


def join_waitlist(db: PooledConnection, student_id: UUID, command: FullSession) -> int:
    """Join the waitlist of a session; returns the entry's id.

    Raises FieldErrors, NotFound, OwnSlot, TutorIncomplete, Blocked, AlreadyBooked, AlreadyWaiting or NotFull.
    """
    try:
        found = get_session(db, student_id, command)
    except NotFound:
        if _is_free(db, command):
            raise NotFull from None
        raise
    lock_all(db, (found.tutor_user_id, student_id, *found.waiting))
    session = get_session(db, student_id, command)
    if session.tutor_user_id == student_id:
        raise OwnSlot
    if not session.is_complete:
        raise TutorIncomplete
    if session.is_barred:
        raise Blocked
    if session.entry:
        raise AlreadyWaiting
    if session.is_booked:
        raise AlreadyBooked
    if session.free_seat is not None and not session.has_waitlist:
        raise NotFull
    return waitlist.add_entry(db, session.id, student_id)
