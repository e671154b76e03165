"""Every statement of the reminders feature."""

from dataclasses import dataclass
from datetime import datetime

from shared.data.bookings import Role
from shared.kit.db.pool import PooledConnection


@dataclass(frozen=True)
class Reminder:
    """A reminder whose time has come."""

    id: int
    booking_id: int
    kind: str
    recipient: Role
    due_at: datetime


CLAIM_DUE = """
SELECT id, booking_id FROM reminders WHERE state = 'planned' AND due_at <= now()
ORDER BY due_at, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
"""


def claim_due(db: PooledConnection, most: int) -> tuple[list[int], set[int]]:
    """The ids of reminders whose time has come, and those of their bookings. They are this transaction's."""
    rows = db.execute(CLAIM_DUE, (most,)).fetchall()
    return [row[0] for row in rows], {row[1] for row in rows}


# What comes too late is dropped: the day before when the hour before has come, the deadline when it is over, all of
# them when the session has begun.
SETTLE = """
UPDATE reminders r SET state = CASE WHEN now() < CASE r.kind
        WHEN 'day_before' THEN b.starts_at - interval '1 hour'
        WHEN 'cancellation_deadline' THEN r.due_at + interval '2 hours'
        ELSE b.starts_at
    END THEN 'queued' ELSE 'dropped' END
FROM bookings b
WHERE r.id = ANY(%s) AND b.id = r.booking_id AND r.state = 'planned' AND r.due_at <= now()
RETURNING r.id, r.booking_id, r.kind, r.recipient, r.due_at, r.state
"""


def settle(db: PooledConnection, reminder_ids: list[int]) -> list[Reminder]:
    """Of these reminders, note which are sent now and which come too late; those that are sent."""
    with db.cursor() as cursor:
        rows = cursor.execute(SETTLE, (reminder_ids,)).fetchall()
    return [Reminder(*row[:5]) for row in rows if row[5] == "queued"]
