"""Suspending accounts, and the record of what staff do."""

from uuid import UUID

from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query

# As strong as for a deletion: bookings that are being made with this account are over, or wait and find it suspended.
LOCK_ACCOUNT = Query(str, "SELECT email FROM users WHERE id = %s FOR UPDATE")
SUSPEND = Command("UPDATE users SET suspended_at = now() WHERE id = %s AND suspended_at IS NULL")
LIFT = Command("UPDATE users SET suspended_at = NULL WHERE id = %s AND suspended_at IS NOT NULL")
COUNT_COMING = Query(
    int,
    """
SELECT count(*) FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id LEFT JOIN tutors t ON t.id = s.tutor_id
WHERE b.state IN ('pending', 'confirmed') AND b.ends_at > clock_timestamp()
  AND (b.student_id = %(user_id)s OR t.user_id = %(user_id)s)
""",
)
RECORD_ACTION = Command("""
INSERT INTO staff_actions (actor_id, action, user_id, reason)
VALUES (%(actor_id)s, %(action)s, %(user_id)s, %(reason)s)
""")


def record_action(
    db: PooledConnection, action: str, *, actor_id: UUID | None, user_id: UUID | None, reason: str
) -> None:
    """Keep what a member of staff, or without an `actor_id` the operator, does to an account, and why."""
    RECORD_ACTION.run(db, {"actor_id": actor_id, "action": action, "user_id": user_id, "reason": reason})
