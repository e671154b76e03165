"""The waitlists of full sessions: who waits, for which seats, and what becomes of the entries."""

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from functions.bookings.data.columns import FIRST_WAITING, FREE_SEAT, HAS_WAITLIST
from shared.data.blocks import is_barred
from shared.data.booking_states import ACTIVE_STATES, ENDED_STATES
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query, Sql, compose


class WaitedForSession(NamedTuple):
    """An upcoming session, and one student's relation to it.

    `entry` is the state of the student's entry, `offer` the booking that the student was offered.
    """

    id: int
    tutor_user_id: UUID
    is_complete: bool
    free_seat: int | None
    has_waitlist: bool
    is_booked: bool
    is_barred: bool
    entry: str | None
    offer: int | None
    waiting: list[UUID]


# States of an entry that can still lead to a seat.
OPEN_STATES = Sql("('waiting', 'offered')")
SESSION = compose(
    """
SELECT s.id, t.user_id AS tutor_user_id, t.is_complete, {free_seat} AS free_seat, {has_waitlist} AS has_waitlist,
    EXISTS (SELECT FROM bookings WHERE session_id = s.id AND student_id = %(student_id)s
        AND state IN {active}) AS is_booked,
    {is_barred} AS is_barred,
    (SELECT state FROM waitlist_entries WHERE session_id = s.id AND student_id = %(student_id)s
        AND state IN {open_states}) AS entry,
    (SELECT booking_id FROM waitlist_entries WHERE session_id = s.id AND student_id = %(student_id)s
        AND state = 'offered') AS offer,
    {first_waiting} AS waiting
FROM tutoring_sessions s JOIN tutors t ON t.id = s.tutor_id
WHERE s.taken AND t.listed AND s.starts_at > clock_timestamp()""",
    free_seat=FREE_SEAT,
    has_waitlist=HAS_WAITLIST,
    active=ACTIVE_STATES,
    is_barred=is_barred("%(student_id)s", "t.user_id"),
    open_states=OPEN_STATES,
    first_waiting=FIRST_WAITING,
)
# Only its own students find an individual session by its id; others know just the tutor's times, which are public.
IS_KNOWN = Sql("""(s.kind = 'group'
    OR EXISTS (SELECT FROM bookings WHERE session_id = s.id AND student_id = %(student_id)s)
    OR EXISTS (SELECT FROM waitlist_entries WHERE session_id = s.id AND student_id = %(student_id)s))""")
FIND_SESSION = Query(
    WaitedForSession,
    compose(
        """{session}
    AND (s.id = %(session)s::bigint AND {is_known}
        OR s.tutor_id = %(tutor)s::int AND s.starts_at = %(starts_at)s::timestamptz)
ORDER BY s.moves_session_id IS NOT NULL LIMIT 1
""",
        session=SESSION,
        is_known=IS_KNOWN,
    ),
)
FIND_SESSION_OF_ENTRY = Query(
    WaitedForSession,
    compose(
        """{session}
    AND s.id = (SELECT session_id FROM waitlist_entries WHERE id = %(entry)s AND student_id = %(student_id)s
        AND state IN {open_states})
""",
        session=SESSION,
        open_states=OPEN_STATES,
    ),
)


def find_session(
    db: PooledConnection, student_id: UUID, *, session: int | None, tutor: int | None, starts_at: datetime | None
) -> WaitedForSession | None:
    """A session by its id, if the student may know it, or by its tutor and start."""
    values = {"student_id": student_id, "session": session, "tutor": tutor, "starts_at": starts_at}
    return FIND_SESSION.one(db, values)


def find_session_of_entry(db: PooledConnection, student_id: UUID, entry_id: int) -> WaitedForSession | None:
    """The session of one of the student's waitlist entries."""
    return FIND_SESSION_OF_ENTRY.one(db, {"student_id": student_id, "entry": entry_id})


class Vacancy(NamedTuple):
    """A session with its first free seat, if there is one, and the first of its waitlist, if somebody waits."""

    starts_at: datetime
    ends_at: datetime
    kind: str
    has_started: bool
    free_seat: int | None
    entry_id: int | None
    student_id: UUID | None


FIND_VACANCY = Query(
    Vacancy,
    compose(
        """
SELECT s.starts_at, s.ends_at, s.kind, s.starts_at <= clock_timestamp() AS has_started, {free_seat} AS free_seat,
    w.id AS entry_id, w.student_id
FROM tutoring_sessions s
LEFT JOIN LATERAL (
    SELECT id, student_id FROM waitlist_entries WHERE session_id = s.id AND state = 'waiting' ORDER BY id LIMIT 1
) w ON true
WHERE s.id = %s AND s.taken
""",
        free_seat=FREE_SEAT,
    ),
)


def find_vacancy(db: PooledConnection, session_id: int) -> Vacancy | None:
    """The vacancy; None if the session no longer takes its tutor's time."""
    return FIND_VACANCY.one(db, (session_id,))


ADD_ENTRY = Query(int, "INSERT INTO waitlist_entries (session_id, student_id) VALUES (%s, %s) RETURNING id")


def add_entry(db: PooledConnection, session_id: int, student_id: UUID) -> int:
    """Add a waitlist entry; returns its id."""
    return ADD_ENTRY.get(db, (session_id, student_id))


LEAVE = Command(
    "UPDATE waitlist_entries SET state = 'left' WHERE session_id = %s AND student_id = %s AND state = 'waiting'"
)


def leave(db: PooledConnection, session_id: int, student_id: UUID) -> None:
    LEAVE.run(db, (session_id, student_id))


MARK_OFFERED = Command("UPDATE waitlist_entries SET state = 'offered', booking_id = %s WHERE id = %s")
MARK_MISSED = Command("UPDATE waitlist_entries SET state = 'missed' WHERE id = %s")


def mark_offered(db: PooledConnection, entry_id: int | None, booking_id: int) -> None:
    """Record that the student was offered a seat by a booking that now awaits the student."""
    MARK_OFFERED.run(db, (booking_id, entry_id))


def mark_missed(db: PooledConnection, entry_id: int | None) -> None:
    """Mark an offer as missed, because the student is no longer free."""
    MARK_MISSED.run(db, (entry_id,))


RESOLVE_OFFER = Command("UPDATE waitlist_entries SET state = %s WHERE booking_id = %s AND state = 'offered'")


def resolve_offer(db: PooledConnection, booking_id: int, outcome: Literal["taken", "left", "missed"]) -> None:
    """Record the outcome of an offer in the waitlist: `left` means declined. Other bookings have no entry."""
    RESOLVE_OFFER.run(db, (outcome, booking_id))


HAS_MOVED = Query(bool, "SELECT EXISTS (SELECT FROM booking_changes WHERE booking_id = %s AND kind = 'rescheduled')")


def has_moved(db: PooledConnection, booking_id: int) -> bool:
    """Whether an offer has moved since it was made."""
    return HAS_MOVED.get(db, (booking_id,))


CLOSE = Command("UPDATE waitlist_entries SET state = 'closed' WHERE session_id = %s AND state = 'waiting'")


def close_waitlist(db: PooledConnection, session_id: int) -> None:
    """Close the waitlist, because the session begins, is called off or is moved by its tutor."""
    CLOSE.run(db, (session_id,))


CLOSE_WITHOUT_SEATS = Command(
    compose(
        """
UPDATE waitlist_entries SET state = 'closed'
WHERE session_id = %(session)s AND state = 'waiting' AND NOT EXISTS (
    SELECT FROM bookings WHERE session_id = %(session)s AND state NOT IN {ended}
)
""",
        ended=ENDED_STATES,
    )
)


def close_waitlist_without_seats(db: PooledConnection, session_id: int) -> None:
    """Close the waitlist of a session in which nobody has a seat or an offer of one any more."""
    CLOSE_WITHOUT_SEATS.run(db, {"session": session_id})


# An account's deletion reads at its start which times its owner waits for and later frees them, so its entries must not
# move to another session meanwhile. Skip them instead of waiting: only the first of the waitlist are locked so far.
MOVE_ENTRIES = Command("""
UPDATE waitlist_entries SET session_id = %(to_session)s WHERE id IN (
    SELECT w.id FROM waitlist_entries w JOIN users u ON u.id = w.student_id
    WHERE w.session_id = %(session)s AND w.state <> 'offered'
    FOR KEY SHARE OF u SKIP LOCKED
)
""")


def move_entries(db: PooledConnection, session_id: int, to_session: int) -> None:
    """Move all waitlist entries to another session, except those with an offer."""
    MOVE_ENTRIES.run(db, {"session": session_id, "to_session": to_session})
