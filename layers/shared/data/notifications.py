"""Notifications and the sockets they are pushed to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
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


# Of a Notification.
COLUMNS = Sql("id, user_id, kind, message, data, is_read, created_at")
ADD_NOTIFICATIONS = Query(
    Notification,
    compose(
        """
INSERT INTO notifications (user_id, change_id, kind, message, data)
SELECT user_id, change_id, kind, message, data FROM jsonb_to_recordset(%s::jsonb)
    AS draft (user_id uuid, change_id bigint, kind text, message text, data jsonb)
ON CONFLICT (user_id, change_id) DO NOTHING
RETURNING {columns}
""",
        columns=COLUMNS,
    ),
)


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody's open sockets, those of clients that understand no events apart, and number of unread notifications."""

    user_id: UUID
    sockets: list[str]
    unframed: list[str]
    unread: int


# Clients of the first protocol would draw a notification as a message.
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
