"""Seats that become free: they go to the longest-waiting student; if nobody waits, the tutor's time is free again."""

import secrets
from collections.abc import Collection
from uuid import UUID

from functions.bookings.data import lookups, repository, sessions, waitlist
from functions.bookings.data.repository import NewSeat
from functions.bookings.data.waitlist import Vacancy
from functions.bookings.domain.booking import OFFER_HOLD, REQUEST_HOLD
from shared.domain.free_time import Span
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection

# Matches the end of our room URLs only, because MEETING_URL may have changed since.
OUR_ROOM = "/Korepetycje-[A-Za-z0-9_-]{22}$"


def new_room() -> str:
    """A new room URL for one session, with an unguessable name."""
    return f"{platform_settings().meeting_url}/Korepetycje-{secrets.token_urlsafe(16)}"


def seat_for_student(
    student_id: UUID, confirmation: str, note: str, *, seat: int = 1, series_id: UUID | None = None
) -> NewSeat:
    """The seat a student books: confirmed at once, or a request if the tutor confirms by hand."""
    manual = confirmation == "manual"
    return NewSeat(
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
        most_active=platform_settings().max_active_bookings,
    )


def offered_seat(student_id: UUID, seat: int) -> NewSeat:
    """The seat offered to the first student on a waitlist."""
    return NewSeat(
        student_id=student_id,
        state="pending",
        awaiting="student",
        change="offered",
        actor_id=None,
        role="system",
        hold=OFFER_HOLD,
        seat=seat,
    )


def pass_on_seats(db: PooledConnection, session_id: int, locked: Collection[UUID]) -> int:
    """Offer a session's free seats to its waitlist; returns how many. If no seat is in use, release the session's time.

    The tutor must be among the `locked`. A waiting student who is not locked keeps the seat free until the sweep.
    """
    offered = 0
    while True:
        vacancy = waitlist.find_vacancy(db, session_id)
        if vacancy is None or vacancy.has_started:
            waitlist.close_waitlist(db, session_id)
        if vacancy is None or vacancy.has_started or vacancy.student_id is None:
            sessions.release_session(db, session_id)
            return offered
        if vacancy.free_seat is None or vacancy.student_id not in locked:
            return offered
        offered += _offer(db, session_id, vacancy, vacancy.free_seat, vacancy.student_id)


def _offer(db: PooledConnection, session_id: int, vacancy: Vacancy, seat: int, student_id: UUID) -> bool:
    """Offer a seat to the first student on the waitlist; False if that student is not free."""
    if lookups.find_busy(db, [student_id], [Span(vacancy.starts_at, vacancy.ends_at)]):
        waitlist.mark_missed(db, vacancy.entry_id)
        return False
    if vacancy.kind == "individual":
        # The student who had the seat before knows the old room.
        sessions.renew_room(db, session_id, new_room(), OUR_ROOM)
    added = repository.add_seat(db, offered_seat(student_id, seat), session_id)
    waitlist.mark_offered(db, vacancy.entry_id, added.id)
    return True
