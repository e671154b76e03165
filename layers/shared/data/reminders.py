"""Statements that plan reminders of bookings."""

from collections.abc import Iterable

from shared.data.bookings import CANCELLATION_NOTICE
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, compose

# The reminders that a booking should have in its present state. Moments that have passed are left out: a booking made
# within the last day needs no reminder a day before.
DUE_REMINDERS = compose(
    """
SELECT b.id AS booking_id, k.kind, k.recipient, k.due_at, b.state = 'confirmed' AND b.starts_at > now() AS ahead
FROM bookings b
JOIN tutoring_sessions s ON s.id = b.session_id
LEFT JOIN booking_terms r ON r.tutor_id = s.tutor_id
CROSS JOIN LATERAL (
    VALUES ('day_before', 'student', b.starts_at - interval '24 hours'),
        ('day_before', 'tutor', b.starts_at - interval '24 hours'),
        ('hour_before', 'student', b.starts_at - interval '1 hour'),
        ('hour_before', 'tutor', b.starts_at - interval '1 hour'),
        -- Two hours before the last moment to cancel; where that is the start there is nothing to remind of.
        ('cancellation_deadline', 'student',
            b.starts_at - make_interval(hours => nullif({cancellation_notice}, 0) + 2))
) AS k (kind, recipient, due_at)
WHERE b.id = ANY(%(booking_ids)s)
""",
    cancellation_notice=CANCELLATION_NOTICE,
)

# The two halves never touch the same row. A reminder that was sent is planned again only for a different time.
PLAN_REMINDERS = Command(
    compose(
        """
WITH wanted AS ({due_reminders}), planned AS (
    INSERT INTO reminders (booking_id, kind, recipient, due_at)
    SELECT booking_id, kind, recipient, due_at FROM wanted WHERE ahead AND due_at > now()
    ORDER BY booking_id, kind, recipient
    ON CONFLICT (booking_id, kind, recipient) DO UPDATE SET due_at = excluded.due_at, state = 'planned'
    WHERE reminders.due_at <> excluded.due_at OR reminders.state = 'dropped'
)
UPDATE reminders r SET state = 'dropped' FROM wanted
WHERE r.booking_id = wanted.booking_id AND r.kind = wanted.kind AND r.recipient = wanted.recipient
  AND r.state = 'planned'
  AND (NOT wanted.ahead OR wanted.due_at IS NULL OR wanted.due_at <= now() AND r.due_at <> wanted.due_at)
""",
        due_reminders=DUE_REMINDERS,
    )
)


def plan_reminders(db: PooledConnection, booking_ids: Iterable[int]) -> None:
    """Plan, move or drop reminders to fit the bookings as they are now. Idempotent."""
    PLAN_REMINDERS.run(db, {"booking_ids": list(booking_ids)})
