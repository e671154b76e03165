"""The time a session leaves when it moves: whoever waits for it gets it as if the session had been cancelled."""

from collections.abc import Collection
from datetime import UTC
from uuid import UUID

from functions.bookings.repository import Booking
from functions.bookings.seats import close_line, settle
from functions.bookings.states import Role
from shared.domain.free_time import Span, load_calendar
from shared.kit.db.pool import PooledConnection

# An offer is a seat of the session, so it moves along; all other entries are about the time that was asked for. The
# session's row is locked before those of its line, as by those who delete accounts.
STAY_BEHIND = """
INSERT INTO tutoring_sessions (tutor_id, schedule_item_id, starts_at, ends_at, busy_from, busy_until, kind, form, seats,
    location, meeting_url, taken)
SELECT tutor_id, schedule_item_id, starts_at, ends_at, busy_from, busy_until, kind, form, seats, location, meeting_url,
    false
FROM tutoring_sessions s
WHERE id = %s AND EXISTS (SELECT FROM waitlist_entries WHERE session_id = s.id AND state <> 'offered')
FOR UPDATE
RETURNING id
"""
# Deleting an account frees the times its owner waits for, as it finds them when it begins. So no entry gets another
# session meanwhile, and without waiting: whoever stands behind the first of the line is not locked yet.
MOVE_LINE = """
UPDATE waitlist_entries SET session_id = %(behind)s WHERE id IN (
    SELECT w.id FROM waitlist_entries w JOIN users u ON u.id = w.student_id
    WHERE w.session_id = %(session)s AND w.state <> 'offered'
    FOR KEY SHARE OF u SKIP LOCKED
)
"""
# Moved by less than it lasts, with its buffers, the session itself is in the way.
TAKE = """
UPDATE tutoring_sessions s SET taken = true
WHERE id = %s AND NOT EXISTS (
    SELECT FROM tutoring_sessions other WHERE other.tutor_id = s.tutor_id AND other.taken
      AND tstzrange(other.busy_from, other.busy_until) && tstzrange(s.busy_from, s.busy_until)
)
"""


def stay_behind(db: PooledConnection, session_id: int) -> int | None:
    """Give the line of a session that is about to move a session of its own at the old time, which is not taken yet.

    Its id; None if nobody ever stood in line.
    """
    row = db.execute(STAY_BEHIND, (session_id,)).fetchone()
    if row is None:
        return None
    db.execute(MOVE_LINE, {"behind": row[0], "session": session_id})
    return int(row[0])


def pass_on(db: PooledConnection, booking: Booking, behind: int, role: Role, locked: Collection[UUID]) -> None:
    """Offer the time that `booking` has left to those who stayed `behind`; what a tutor leaves is offered to nobody."""
    if role == "student" and _has_room_for_one_more(db, booking):
        db.execute(TAKE, (behind,))
    settle(db, behind, locked)
    close_line(db, booking.session_id)


def _has_room_for_one_more(db: PooledConnection, booking: Booking) -> bool:
    """Whether the tutor's day and week do: the session that was moved counts as well now."""
    old = Span(booking.starts_at.astimezone(UTC), booking.ends_at.astimezone(UTC))
    calendar = load_calendar(db, booking.tutor_id or 0, old)
    return calendar is not None and calendar.limit_reached(old.starts_at) is None
