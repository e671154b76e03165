"""Suspending accounts."""

from typing import NamedTuple

from shared.kit.db.query import Command, Query


class LockedAccount(NamedTuple):
    email: str
    is_staff: bool


# As strong a lock as a deletion's: concurrent bookings with this account are done, or wait and find it suspended.
LOCK_ACCOUNT = Query(LockedAccount, "SELECT email, is_staff FROM users WHERE id = %s FOR UPDATE")
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
