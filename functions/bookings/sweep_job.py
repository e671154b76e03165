"""The scheduled function that lets holds run out, passes seats on, completes what is over and forgets old keys."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from functions.bookings import repository
from functions.bookings.decisions import decide, lock_parties, take
from functions.bookings.repository import LINE
from functions.bookings.seats import answer_offer, settle
from functions.bookings.states import EXPIRE, SYSTEM
from shared.data.locking import lock_all
from shared.domain.dispatcher import trigger_dispatch
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.errors import AppError
from shared.kit.observability.log import logger

BATCH = 200
COMPLETED_AFTER = "1 hour"
KEYS_KEPT = "48 hours"

DUE = "SELECT id FROM bookings WHERE state = 'pending' AND expires_at <= now() ORDER BY expires_at LIMIT %s"
# Full sessions have no use for the sweep; those that began have no use for a line.
VACANT = """
SELECT DISTINCT s.id FROM waitlist_entries w JOIN tutoring_sessions s ON s.id = w.session_id
WHERE w.state = 'waiting' AND (NOT s.taken OR s.starts_at <= now() OR s.seats > (
    SELECT count(*) FROM bookings WHERE session_id = s.id AND state NOT IN ('cancelled', 'expired')
)) ORDER BY s.id LIMIT %s
"""
# Like SKIP LOCKED, but for the locks that are taken before those on rows: nobody waits here with a row in hand.
CLAIM = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
COMPLETE = f"""
WITH due AS (
    SELECT id FROM bookings WHERE state = 'confirmed' AND ends_at <= now() - interval '{COMPLETED_AFTER}'
    ORDER BY ends_at LIMIT %s FOR UPDATE SKIP LOCKED
), completed AS (
    UPDATE bookings b SET state = 'completed', updated_at = clock_timestamp()
    FROM due WHERE b.id = due.id AND b.state = 'confirmed'
    RETURNING b.id
)
INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_role, at)
SELECT id, 'completed', 'confirmed', 'completed', 'system', clock_timestamp() FROM completed ORDER BY id
"""
FORGET = f"""
DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM idempotency_keys WHERE created_at < now() - interval '{KEYS_KEPT}'
    ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
))
"""
FIND_LINE = f"""
SELECT t.user_id,
    ARRAY(
        SELECT student_id FROM waitlist_entries WHERE session_id = s.id AND state = 'waiting' ORDER BY id LIMIT {LINE}
    )
FROM tutoring_sessions s LEFT JOIN tutors t ON t.id = s.tutor_id WHERE s.id = %s
"""


@lambda_handler
def handler(_event: object, _context: object) -> dict[str, Any]:
    """Do what is due, at most BATCH of each; several at once share the work."""
    done = {
        "expired": _each(DUE, _expire),
        "passed_on": _each(VACANT, _pass_on),
        "completed": _run(COMPLETE),
        "forgotten": _run(FORGET),
    }
    if done["expired"] or done["passed_on"] or done["completed"]:
        trigger_dispatch()
    return done


def _run(statement: str) -> int:
    with connection() as db:
        return db.execute(statement, (BATCH,)).rowcount


def _each(statement: str, act: Callable[[PooledConnection, int], bool]) -> int:
    """Decide on each row that a statement names, in a transaction of its own; what fails waits for the next sweep."""
    with connection() as db:
        ids = [row[0] for row in db.execute(statement, (BATCH,)).fetchall()]
    done = 0
    for row_id in ids:
        try:
            done += decide(lambda db, row_id=row_id: act(db, row_id))  # type: ignore[misc]
        except AppError:
            logger().exception("left for the next sweep", extra={"row": row_id})
    return done


def _claimed(db: PooledConnection, name: str) -> bool:
    row = db.execute(CLAIM, (name,)).fetchone()
    return bool(row and row[0])


def _expire(db: PooledConnection, booking_id: int) -> bool:
    """Let a hold run out if that is still due; its seat goes to whoever waits."""
    if not _claimed(db, f"expiry of {booking_id}"):
        return False
    found = repository.find_booking(db, booking_id)
    if found is None:
        return False
    locked = lock_parties(db, found)
    booking = repository.find_booking(db, booking_id)
    if booking is None or booking.expires_at is None or booking.now < booking.expires_at:
        return False
    take(db, booking, EXPIRE, SYSTEM)
    answer_offer(db, booking.id, "missed")
    settle(db, booking.session_id, locked)
    return True


def _pass_on(db: PooledConnection, session_id: int) -> bool:
    """Serve the line of a session with a free seat, or end it."""
    row = db.execute(FIND_LINE, (session_id,)).fetchone()
    if row is None or not _claimed(db, f"line of {session_id}"):
        return False
    tutor: UUID | None = row[0]
    settle(db, session_id, lock_all(db, (tutor, *row[1])))
    return True
