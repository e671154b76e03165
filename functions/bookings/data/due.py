"""Statements that find what is due for the sweep."""

from typing import NamedTuple
from uuid import UUID

from functions.bookings.data.columns import FIRST_WAITING, FREE_SEAT
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query, compose

HOURS_UNTIL_COMPLETED = 1

EXPIRED_HOLDS = Query(
    int, "SELECT id FROM bookings WHERE state = 'pending' AND expires_at <= now() ORDER BY expires_at LIMIT %s"
)
# The sweep has nothing to do for full sessions, and sessions that have begun need no waitlist.
VACANT_SESSIONS = Query(
    int,
    compose(
        """
SELECT DISTINCT s.id FROM waitlist_entries w JOIN tutoring_sessions s ON s.id = w.session_id
WHERE w.state = 'waiting' AND (NOT s.taken OR s.starts_at <= now() OR {free_seat} IS NOT NULL) ORDER BY s.id LIMIT %s
""",
        free_seat=FREE_SEAT,
    ),
)
# Like SKIP LOCKED, but for the advisory locks taken before row locks: no transaction waits here while holding a row.
CLAIM = Query(bool, "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))")
# A completed booking may verify a rating, which a trigger counts under the tutor's lock. That lock is therefore taken
# before any booking's, as account deletion does.
COMPLETE = Command("""
WITH due AS (
    SELECT b.id FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id
    WHERE b.state = 'confirmed' AND b.ends_at <= now() - make_interval(hours => %s)
        AND (s.tutor_id IS NULL
            OR EXISTS (SELECT FROM tutors WHERE id = s.tutor_id FOR NO KEY UPDATE SKIP LOCKED))
    ORDER BY b.ends_at LIMIT %s FOR UPDATE OF b SKIP LOCKED
), completed AS (
    UPDATE bookings b SET state = 'completed', updated_at = clock_timestamp()
    FROM due WHERE b.id = due.id AND b.state = 'confirmed'
    RETURNING b.id
)
INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_role, at)
SELECT id, 'completed', 'confirmed', 'completed', 'system', clock_timestamp() FROM completed ORDER BY id
""")


class SessionParties(NamedTuple):
    """A session's tutor and the first of its waitlist."""

    tutor_user_id: UUID | None
    waiting: list[UUID]


FIND_PARTIES = Query(
    SessionParties,
    compose(
        """
SELECT t.user_id AS tutor_user_id, {first_waiting} AS waiting
FROM tutoring_sessions s LEFT JOIN tutors t ON t.id = s.tutor_id WHERE s.id = %s
""",
        first_waiting=FIRST_WAITING,
    ),
)


def claim(db: PooledConnection, name: str) -> bool:
    """Try to take a job's lock for this transaction; a job whose lock is taken is skipped by others."""
    return CLAIM.get(db, (name,))


def find_expired_holds(db: PooledConnection, most: int) -> list[int]:
    return EXPIRED_HOLDS.all(db, (most,))


def find_vacant_sessions(db: PooledConnection, most: int) -> list[int]:
    """Sessions with a waitlist and a free seat, and sessions whose waitlist must be closed."""
    return VACANT_SESSIONS.all(db, (most,))


def find_parties(db: PooledConnection, session_id: int) -> SessionParties | None:
    return FIND_PARTIES.one(db, (session_id,))


def complete_bookings(db: PooledConnection, most: int) -> int:
    """Complete bookings that ended an hour ago, up to a limit; returns their number."""
    return COMPLETE.run(db, (HOURS_UNTIL_COMPLETED, most))
