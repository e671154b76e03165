"""Events to notify people of besides bookings: rows that wait for the dispatcher."""

from typing import Literal

from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command

# The last one is for staff: they have to decide on a new report.
EventKind = Literal["review_added", "review_replied", "review_hidden", "review_reported", "report_filed"]

# Something done and undone repeatedly is reported once a day, in its state at that time.
ADD_EVENT = Command("""
WITH waiting AS (
    UPDATE notification_events SET subject = %(subject)s
    WHERE kind = %(kind)s AND about = %(about)s AND dispatched_at IS NULL
    RETURNING id
)
INSERT INTO notification_events (kind, about, subject)
SELECT %(kind)s, %(about)s, %(subject)s WHERE NOT EXISTS (SELECT FROM waiting) AND NOT EXISTS (
    SELECT FROM notification_events
    WHERE kind = %(kind)s AND about = %(about)s AND created_at > now() - interval '24 hours'
)
""")


def add_event(db: PooledConnection, kind: EventKind, about: object, subject: int) -> None:
    """Have people notified of row `subject`; of one kind, `about` the same thing, at most once a day.

    After the commit call `trigger_dispatch`; otherwise it waits for the next scheduled run.
    """
    ADD_EVENT.run(db, {"kind": kind, "about": str(about), "subject": subject})
