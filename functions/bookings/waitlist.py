"""The line for a full session: joining and leaving it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from psycopg.rows import class_row

from functions.bookings.refusals import Conflict, OwnSlot
from functions.bookings.repository import LINE
from functions.bookings.schemas import Line
from functions.bookings.seats import FREE_SEAT, settle
from functions.bookings.shapes import TUTOR_SHOWN
from shared.data.locking import lock_all
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.errors import FieldErrors, NotFound

WHICH = "Podaj session, albo tutor i start_time."
MOST_ENTRIES = 100


class NotFull(Conflict):
    """There is a free seat: it can be booked at once."""

    code = "not_full"
    detail = "To miejsce jest wolne: można je od razu zarezerwować."


class AlreadyBooked(Conflict):
    """The student has a seat already."""

    code = "already_booked"
    detail = "Masz już miejsce na tych zajęciach."


class AlreadyWaiting(Conflict):
    """The student is in the line already."""

    code = "already_waiting"
    detail = "Jesteś już na liście oczekujących."


# The id of a session of one student's says nothing to others: they know a tutor's time, which is public.
KNOWN = """(s.kind = 'group'
    OR EXISTS (SELECT FROM bookings WHERE session_id = s.id AND student_id = %(student_id)s)
    OR EXISTS (SELECT FROM waitlist_entries WHERE session_id = s.id AND student_id = %(student_id)s))"""
FIND_SESSION = f"""
SELECT s.id, t.user_id AS tutor_user_id, {FREE_SEAT} AS seat,
    EXISTS (SELECT FROM waitlist_entries WHERE session_id = s.id AND state = 'waiting') AS has_line,
    EXISTS (SELECT FROM bookings WHERE session_id = s.id AND student_id = %(student_id)s
        AND state IN ('pending', 'confirmed')) AS is_booked,
    (SELECT state FROM waitlist_entries WHERE session_id = s.id AND student_id = %(student_id)s
        AND state IN ('waiting', 'offered')) AS entry,
    (SELECT booking_id FROM waitlist_entries WHERE session_id = s.id AND student_id = %(student_id)s
        AND state = 'offered') AS offer,
    ARRAY(SELECT student_id FROM waitlist_entries WHERE session_id = s.id AND state = 'waiting'
        ORDER BY id LIMIT {LINE}) AS line
FROM tutoring_sessions s JOIN tutors t ON t.id = s.tutor_id
WHERE s.taken AND t.listed AND s.starts_at > clock_timestamp()
    AND (s.id = %(session)s::bigint AND {KNOWN}
        OR s.tutor_id = %(tutor)s::int AND s.starts_at = %(start_time)s::timestamptz)
"""


@dataclass(frozen=True)
class Session:
    """A session that is still to come, and what one student has to do with it."""

    id: int
    tutor_user_id: UUID
    seat: int | None
    has_line: bool
    is_booked: bool
    entry: str | None
    offer: int | None
    line: list[UUID]


def _lock_session(db: PooledConnection, student_id: UUID, wanted: Line) -> tuple[Session, frozenset[UUID]]:
    """The session meant, its tutor, the student and its line locked. Raises FieldErrors or NotFound."""
    if (wanted.session is None) == (wanted.tutor is None or wanted.start_time is None):
        raise FieldErrors({"non_field_errors": [WHICH]})
    start = wanted.start_time and wanted.start_time.astimezone(UTC)
    values = {"student_id": student_id, "session": wanted.session, "tutor": wanted.tutor, "start_time": start}
    found = _find(db, values)
    locked = lock_all(db, (found.tutor_user_id, student_id, *found.line))
    return _find(db, values), locked


def _find(db: PooledConnection, values: Mapping[str, object]) -> Session:
    with db.cursor(row_factory=class_row(Session)) as cursor:
        found = cursor.execute(FIND_SESSION, values).fetchone()
    if found is None:
        raise NotFound
    return found


def join(db: PooledConnection, student_id: UUID, wanted: Line) -> int:
    """Wait for a seat; the entry's id.

    Raises FieldErrors, NotFound, OwnSlot, AlreadyBooked, AlreadyWaiting or NotFull.
    """
    session, _locked = _lock_session(db, student_id, wanted)
    if session.tutor_user_id == student_id:
        raise OwnSlot
    if session.entry:
        raise AlreadyWaiting
    if session.is_booked:
        raise AlreadyBooked
    if session.seat is not None and not session.has_line:
        raise NotFull
    addition = "INSERT INTO waitlist_entries (session_id, student_id) VALUES (%s, %s) RETURNING id"
    [(entry_id,)] = db.execute(addition, (session.id, student_id)).fetchall()
    return int(entry_id)


def leave(db: PooledConnection, student_id: UUID, wanted: Line) -> int | None:
    """Wait no longer; the id of the offer to refuse, if there is one. Raises FieldErrors or NotFound."""
    session, locked = _lock_session(db, student_id, wanted)
    if session.entry is None:
        raise NotFound
    if session.offer is not None:
        return session.offer
    removal = (
        "UPDATE waitlist_entries SET state = 'left' WHERE session_id = %s AND student_id = %s AND state = 'waiting'"
    )
    db.execute(removal, (session.id, student_id))
    settle(db, session.id, locked)
    return None


ENTRIES = f"""
SELECT coalesce('[' || string_agg(row_to_json(shown)::text, ',') || ']', '[]') FROM (
    SELECT w.id, w.session_id AS session, {TUTOR_SHOWN} AS tutor, format_time(s.starts_at, %(zone)s) AS start_time,
        format_time(s.ends_at, %(zone)s) AS end_time, s.kind, s.form, w.state,
        CASE w.state WHEN 'waiting' THEN (
            SELECT count(*) FROM waitlist_entries WHERE session_id = w.session_id AND state = 'waiting' AND id <= w.id
        ) END AS position, w.booking_id AS booking, format_time(w.created_at, %(zone)s) AS created_at
    FROM waitlist_entries w JOIN tutoring_sessions s ON s.id = w.session_id LEFT JOIN tutors t ON t.id = s.tutor_id
    WHERE w.student_id = %(student_id)s AND (%(id)s::bigint IS NULL OR w.id = %(id)s)
    ORDER BY w.id DESC LIMIT {MOST_ENTRIES}
) shown
"""


def list_entries(student_id: UUID) -> str:
    """A student's places in lines, newest first, as JSON text."""
    with connection() as db:
        return entries(db, student_id)


def entries(db: PooledConnection, student_id: UUID, entry_id: int | None = None) -> str:
    row = db.execute(
        ENTRIES, {"student_id": student_id, "id": entry_id, "zone": platform_settings().time_zone}
    ).fetchone()
    return str(row[0]) if row else "[]"
