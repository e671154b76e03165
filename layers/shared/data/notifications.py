"""Notifications, and the sockets they are pushed to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.kit.db.query import Query, Sql, compose


@dataclass(frozen=True, slots=True)
class Notification:
    id: int
    user_id: UUID
    kind: str
    message: str
    data: dict[str, Any]
    is_read: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AddedNotification(Notification):
    """A notification that was just written, and whether browsers get it as a push message."""

    is_pushed: bool


# The columns of a Notification.
COLUMNS = Sql("id, user_id, kind, message, data, is_read, created_at")
# The topic that silences a kind of notification; kinds without a topic are not pushed.
TOPIC = Sql("""
CASE WHEN starts_with(kind, 'booking_') OR starts_with(kind, 'waitlist_') THEN 'bookings'
    WHEN starts_with(kind, 'reminder_') THEN 'reminders'
    WHEN starts_with(kind, 'review_') OR kind = 'report_filed' THEN 'reviews' END
""")
# Also queues the push messages to the browsers of people who want them.
ADD_NOTIFICATIONS = Query(
    AddedNotification,
    compose(
        """
WITH added AS (
    INSERT INTO notifications (user_id, change_id, kind, message, data)
    SELECT user_id, change_id, kind, message, data FROM jsonb_to_recordset(%s::jsonb)
        AS draft (user_id uuid, change_id bigint, kind text, message text, data jsonb)
    ON CONFLICT (user_id, change_id) DO NOTHING
    RETURNING {columns}
), pushed AS (
    INSERT INTO push_outbox (subscription_id, notification_id)
    SELECT s.id, a.id FROM (SELECT id, user_id, {topic} AS topic FROM added) a
    JOIN push_subscriptions s ON s.user_id = a.user_id JOIN users u ON u.id = a.user_id
    WHERE NOT topic || '.push' = ANY (u.silenced)
    RETURNING notification_id
)
SELECT {columns}, id IN (SELECT notification_id FROM pushed) AS is_pushed FROM added
""",
        columns=COLUMNS,
        topic=TOPIC,
    ),
)


class Listener(NamedTuple):
    """A person's open sockets (those of clients without events listed apart) and number of unread notifications."""

    user_id: UUID
    sockets: list[str]
    unframed: list[str]
    unread: int


# Clients of protocol 1 are left out: they would show a notification as a chat message.
LIST_LISTENERS = Query(
    Listener,
    """
SELECT c.user_id, coalesce(array_agg(c.id) FILTER (WHERE c.protocol <> 0), '{}') AS sockets,
    coalesce(array_agg(c.id) FILTER (WHERE c.protocol = 0), '{}') AS unframed,
    (SELECT count(*) FROM notifications n WHERE n.user_id = c.user_id AND NOT n.is_read) AS unread
FROM connections c
WHERE c.user_id = ANY(%s) AND (c.protocol IN (2, 3) OR c.protocol = 0 AND c.conversation_id IS NULL) GROUP BY c.user_id
""",
)
