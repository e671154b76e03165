"""Events to notify people of besides bookings: rows that wait for the dispatcher."""

from typing import Literal

from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command

# The last one is for staff: something was reported that they have to decide on.
EventKind = Literal["review_added", "review_replied", "review_hidden", "review_reported", "report_filed"]

# What is done and undone again and again is told once a day, as it is when it is told.
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
    """Have people told of a row, `subject`; of one kind `about` the same thing once a day.

    After the commit call `trigger_dispatch`, or it waits for the next run.
    """
    ADD_EVENT.run(db, {"kind": kind, "about": str(about), "subject": subject})
