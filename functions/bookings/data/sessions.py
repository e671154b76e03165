"""Statements that move sessions, free their time and take it again."""

from datetime import datetime

from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.transitions import Actor
from shared.data.booking_states import ACTIVE_STATES, ENDED_STATES
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query, compose

# The hourly price stays what it was at booking.
MOVE_SESSION = Command(
    compose(
        """
WITH moved AS (
    UPDATE tutoring_sessions SET starts_at = %(starts_at)s, ends_at = %(ends_at)s, busy_from = %(busy_from)s,
        busy_until = %(busy_until)s, schedule_item_id = NULL
    WHERE id = %(session_id)s AND taken AND starts_at = %(old_starts_at)s
    RETURNING id
), booked AS (
    UPDATE bookings b SET starts_at = %(starts_at)s, ends_at = %(ends_at)s,
        price = round(price * extract(epoch FROM %(ends_at)s::timestamptz - %(starts_at)s::timestamptz)
            / extract(epoch FROM ends_at - starts_at), 2),
        expires_at = CASE WHEN expires_at IS NOT NULL THEN least(expires_at, %(starts_at)s) END,
        sequence = sequence + 1, updated_at = clock_timestamp()
    FROM moved WHERE b.session_id = moved.id AND b.state IN {active}
    RETURNING b.id, b.state
)
INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_id, actor_role, reason, old_starts_at,
    proposed_starts_at, proposed_ends_at, at)
SELECT id, 'rescheduled', state, state, CASE WHEN id = %(acted_on)s THEN %(actor_id)s::uuid END,
    CASE WHEN id = %(acted_on)s THEN %(role)s ELSE 'system' END, %(reason)s, %(old_starts_at)s,
    CASE WHEN %(proposed)s THEN %(starts_at)s::timestamptz END,
    CASE WHEN %(proposed)s THEN %(ends_at)s::timestamptz END,
    coalesce(%(at)s, statement_timestamp())
FROM booked ORDER BY id
""",
        active=ACTIVE_STATES,
    )
)


def move_session(
    db: PooledConnection,
    booking: LockedBooking,
    span: Span,
    busy: Span,
    actor: Actor,
    *,
    proposed: bool = False,
    at: datetime | None = None,
) -> bool:
    """Move a booking's session with all its bookings; False if the session has moved meanwhile.

    The change records the actor on this booking only, not on the others of a group. `proposed`: the tutor proposed the
    new time. The change is recorded now or `at` a given moment.
    Raises psycopg.IntegrityError if the tutor's or a student's time is taken.
    """
    values = {
        "session_id": booking.session_id,
        "old_starts_at": booking.starts_at,
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
        "busy_from": busy.starts_at,
        "busy_until": busy.ends_at,
        "acted_on": booking.id,
        "proposed": proposed,
        "at": at,
        "actor_id": actor.id,
        "role": actor.role,
        "reason": actor.reason,
    }
    return MOVE_SESSION.run(db, values) > 0


RELEASE_SESSION = Command(
    compose(
        """
UPDATE tutoring_sessions s SET taken = false
WHERE id = %s AND taken AND moves_session_id IS NULL AND NOT EXISTS (
    SELECT FROM bookings WHERE session_id = s.id AND state NOT IN {ended}
)
""",
        ended=ENDED_STATES,
    )
)


def release_session(db: PooledConnection, session_id: int) -> None:
    """Free the tutor's time of a session if none of its seats is booked."""
    RELEASE_SESSION.run(db, (session_id,))


RENEW_ROOM = Command("UPDATE tutoring_sessions SET meeting_url = %s WHERE id = %s AND meeting_url ~ %s")


def renew_room(db: PooledConnection, session_id: int, room: str, pattern: str) -> None:
    """Give a session another room, unless it uses the tutor's own URL, which does not match our pattern."""
    RENEW_ROOM.run(db, (room, session_id, pattern))


# An offer is a seat of the session, so it moves along; all other entries are for the original time. The session's row
# is locked before its waitlist's rows, as account deletion does.
COPY_WAITED_FOR_SESSION = Query(
    int,
    """
INSERT INTO tutoring_sessions (tutor_id, schedule_item_id, starts_at, ends_at, busy_from, busy_until, kind, form, seats,
    location, meeting_url, taken)
SELECT tutor_id, schedule_item_id, starts_at, ends_at, busy_from, busy_until, kind, form, seats, location, meeting_url,
    false
FROM tutoring_sessions s
WHERE id = %s AND EXISTS (SELECT FROM waitlist_entries WHERE session_id = s.id AND state <> 'offered')
FOR UPDATE
RETURNING id
""",
)


def copy_waited_for_session(db: PooledConnection, session_id: int) -> int | None:
    """Copy a session that has a waitlist; the copy does not take the tutor's time. None if it never had a waitlist."""
    return COPY_WAITED_FOR_SESSION.one(db, (session_id,))


# If the session moved by less than its length with buffers, it still overlaps its old time.
TAKE_TIME = Command("""
UPDATE tutoring_sessions s SET taken = true
WHERE id = %s AND NOT EXISTS (
    SELECT FROM tutoring_sessions other WHERE other.tutor_id = s.tutor_id AND other.taken
      AND tstzrange(other.busy_from, other.busy_until) && tstzrange(s.busy_from, s.busy_until)
)
""")


def take_time(db: PooledConnection, session_id: int) -> None:
    """Let a session take the tutor's time, unless another session has it."""
    TAKE_TIME.run(db, (session_id,))
