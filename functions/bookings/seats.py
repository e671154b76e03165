"""Seats that become free: they go to whoever waits first, and without anybody the tutor's time is free again."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from functions.bookings import repository
from functions.bookings.repository import REQUEST_HOLD, Seat
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection

JITSI = "https://meet.jit.si/"
# How long somebody from the line has to accept an offer.
OFFER_HOLD = timedelta(minutes=30)


def new_room() -> str:
    """A room for one session; nobody guesses its name."""
    return f"{JITSI}Korepetycje-{secrets.token_urlsafe(16)}"


def students_seat(
    student_id: UUID, confirmation: str, note: str, *, seat: int = 1, series_id: UUID | None = None
) -> Seat:
    """A seat somebody books: confirmed at once, or a request where the tutor confirms by hand."""
    manual = confirmation == "manual"
    return Seat(
        student_id=student_id,
        state="pending" if manual else "confirmed",
        awaiting="tutor" if manual else None,
        change="requested" if manual else "confirmed",
        actor_id=student_id,
        role="student",
        hold=REQUEST_HOLD,
        seat=seat,
        note=note,
        series_id=series_id,
    )


# The first free seat of a session `s`, NULL if there is none.
FREE_SEAT = """(
    SELECT min(number) FROM generate_series(1, s.seats) AS number WHERE NOT EXISTS (
        SELECT FROM bookings WHERE session_id = s.id AND seat = number AND state NOT IN ('cancelled', 'expired')
    )
)"""
FIND_VACANCY = f"""
SELECT s.starts_at, s.ends_at, s.kind, s.starts_at <= clock_timestamp() AS has_started, {FREE_SEAT} AS seat,
    w.id AS entry_id, w.student_id
FROM tutoring_sessions s
LEFT JOIN LATERAL (
    SELECT id, student_id FROM waitlist_entries WHERE session_id = s.id AND state = 'waiting' ORDER BY id LIMIT 1
) w ON true
WHERE s.id = %s AND s.taken
"""


@dataclass(frozen=True)
class Vacancy:
    """A session with its first free seat, if there is one, and the first of its line, if somebody waits."""

    starts_at: datetime
    ends_at: datetime
    kind: str
    has_started: bool
    seat: int | None
    entry_id: int | None
    student_id: UUID | None


RELEASE = """
UPDATE tutoring_sessions s SET taken = false
WHERE id = %s AND taken AND NOT EXISTS (
    SELECT FROM bookings WHERE session_id = s.id AND state NOT IN ('cancelled', 'expired')
)
"""


def settle(db: PooledConnection, session_id: int, locked: Collection[UUID]) -> int:
    """Offer the free seats of a session to its line; returns how many were. With no seat left in use its time is free.

    The tutor must be among the `locked`. Somebody of the line who is not keeps the seat until the sweep comes.
    """
    offered = 0
    while True:
        vacancy = _find_vacancy(db, session_id)
        if vacancy is None or vacancy.has_started:
            close_line(db, session_id)
        if vacancy is None or vacancy.has_started or vacancy.student_id is None:
            db.execute(RELEASE, (session_id,))
            return offered
        if vacancy.seat is None or vacancy.student_id not in locked:
            return offered
        offered += _offer(db, session_id, vacancy, vacancy.seat, vacancy.student_id)


def _find_vacancy(db: PooledConnection, session_id: int) -> Vacancy | None:
    with db.cursor(row_factory=class_row(Vacancy)) as cursor:
        return cursor.execute(FIND_VACANCY, (session_id,)).fetchone()


def _offer(db: PooledConnection, session_id: int, vacancy: Vacancy, number: int, student_id: UUID) -> bool:
    """Whether the first of the line has time and was made an offer."""
    if repository.find_busy(db, [student_id], [Span(vacancy.starts_at, vacancy.ends_at)]):
        db.execute("UPDATE waitlist_entries SET state = 'missed' WHERE id = %s", (vacancy.entry_id,))
        return False
    if vacancy.kind == "individual":
        # Whoever had the seat before knows the room.
        renewal = "UPDATE tutoring_sessions SET meeting_url = %s WHERE id = %s AND meeting_url LIKE %s"
        db.execute(renewal, (new_room(), session_id, JITSI + "%"))
    seat = Seat(
        student_id=student_id,
        state="pending",
        awaiting="student",
        change="offered",
        actor_id=None,
        role="system",
        hold=OFFER_HOLD,
        seat=number,
    )
    booking_id, _reservation = repository.add_seat(db, seat, session_id)
    db.execute(
        "UPDATE waitlist_entries SET state = 'offered', booking_id = %s WHERE id = %s", (booking_id, vacancy.entry_id)
    )
    return True


def close_line(db: PooledConnection, session_id: int) -> None:
    """Nobody waits any more: the session begins, is called off, or moves by its tutor."""
    db.execute(
        "UPDATE waitlist_entries SET state = 'closed' WHERE session_id = %s AND state = 'waiting'", (session_id,)
    )


def answer_offer(db: PooledConnection, booking_id: int, state: str) -> None:
    """Note in the line what became of an offer: `taken`, `left` (refused) or `missed`. Other bookings have none."""
    db.execute(
        "UPDATE waitlist_entries SET state = %s WHERE booking_id = %s AND state = 'offered'", (state, booking_id)
    )
