"""Statements about events other than changes of bookings, and whom they concern."""

from typing import NamedTuple
from uuid import UUID

from shared.data.notification_events import EventKind
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query
from shared.texts import Language


class Event(NamedTuple):
    id: int
    kind: EventKind
    subject: int


# Claims and marks events in one statement, so that later runs skip them.
CLAIM = Query(
    Event,
    """
UPDATE notification_events SET dispatched_at = now() WHERE id = ANY(ARRAY(
    SELECT id FROM notification_events WHERE dispatched_at IS NULL ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
))
RETURNING id, kind, subject
""",
)


def claim(db: PooledConnection, most: int) -> list[Event]:
    """Claim the oldest waiting events for this transaction."""
    return CLAIM.all(db, (most,))


class Addressed(NamedTuple):
    """A user whom an event concerns; `rating_id` is 0 if it is not about a review.

    The name is the other person's: the review's author for its tutor, the tutor for everybody else.
    """

    event_id: int
    kind: EventKind
    user_id: UUID
    email: str
    language: Language
    rating_id: int
    tutor_id: int
    stars: int
    first_name: str
    last_name: str


LIST_ADDRESSED = Query(
    Addressed,
    """
SELECT e.id AS event_id, e.kind, u.id AS user_id, u.email, u.language, r.id AS rating_id, r.tutor_id,
    r.rating::int AS stars, other.first_name, other.last_name
FROM notification_events e JOIN ratings r ON r.id = e.subject JOIN tutors t ON t.id = r.tutor_id
JOIN users u ON CASE e.kind WHEN 'review_added' THEN u.id = t.user_id WHEN 'review_reported' THEN u.is_staff
    ELSE u.id = r.student_id END
JOIN users other ON other.id = CASE e.kind WHEN 'review_added' THEN r.student_id ELSE t.user_id END
WHERE e.id = ANY(%(event_ids)s) AND e.kind <> 'report_filed'
UNION ALL
SELECT e.id, e.kind, u.id, u.email, u.language, 0, 0, 0, '', ''
FROM notification_events e CROSS JOIN users u
WHERE e.id = ANY(%(event_ids)s) AND e.kind = 'report_filed' AND u.is_staff
ORDER BY event_id, user_id
""",
)


def list_addressed(db: PooledConnection, event_ids: list[int]) -> list[Addressed]:
    """The recipients of these events, as long as the subject still exists."""
    return LIST_ADDRESSED.all(db, {"event_ids": event_ids})


# Events are kept while they can still suppress a duplicate. What exceeds the limit is left to the next run.
DELETE_OLD = Command("""
DELETE FROM notification_events WHERE id = ANY(ARRAY(
    SELECT id FROM notification_events
    WHERE dispatched_at IS NOT NULL AND created_at < now() - interval '2 days'
    LIMIT 5000 FOR UPDATE SKIP LOCKED
))
""")


def delete_old(db: PooledConnection) -> None:
    DELETE_OLD.run(db)


LIST_MAILED_STAFF = Query(
    str,
    """
SELECT DISTINCT recipient FROM mail_outbox
WHERE kind = 'staff_report' AND recipient = ANY(%s) AND created_at > now() - interval '1 hour'
""",
)


def list_mailed_staff(db: PooledConnection, recipients: list[str]) -> list[str]:
    """Which of these addresses were mailed about a report within the last hour."""
    return LIST_MAILED_STAFF.all(db, (recipients,))
