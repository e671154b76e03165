"""Every statement of the reminders feature."""

from datetime import datetime
from typing import Literal, NamedTuple

from shared.data.bookings import Role
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Query


class DueReminder(NamedTuple):
    id: int
    booking_id: int


CLAIM_DUE = Query(
    DueReminder,
    """
SELECT id, booking_id FROM reminders WHERE state = 'planned' AND due_at <= now()
ORDER BY due_at, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
""",
)


def claim_due(db: PooledConnection, most: int) -> list[DueReminder]:
    """Claim the due reminders for this transaction."""
    return CLAIM_DUE.all(db, (most,))


class Reminder(NamedTuple):
    """A reminder to send now, or one dropped because it is too late."""

    id: int
    booking_id: int
    kind: str
    recipient: Role
    due_at: datetime
    state: Literal["queued", "dropped"]


# Late reminders are dropped: "day before" once "hour before" is due, a deadline's once it has passed, and any
# once the session has begun.
QUEUE_OR_DROP = Query(
    Reminder,
    """
UPDATE reminders r SET state = CASE WHEN now() < CASE r.kind
        WHEN 'day_before' THEN b.starts_at - interval '1 hour'
        WHEN 'cancellation_deadline' THEN r.due_at + interval '2 hours'
        ELSE b.starts_at
    END THEN 'queued' ELSE 'dropped' END
FROM bookings b
WHERE r.id = ANY(%s) AND b.id = r.booking_id AND r.state = 'planned' AND r.due_at <= now()
RETURNING r.id, r.booking_id, r.kind, r.recipient, r.due_at, r.state
""",
)


def queue_or_drop(db: PooledConnection, reminder_ids: list[int]) -> list[Reminder]:
    """Record which of these reminders are sent now and which are dropped as too late; returns those to send."""
    return [reminder for reminder in QUEUE_OR_DROP.all(db, (reminder_ids,)) if reminder.state == "queued"]
