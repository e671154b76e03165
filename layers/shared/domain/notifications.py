"""Notifications: written with what they tell of, then pushed to the sockets of clients that ask for them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from shared.domain.connections import forget_gone
from shared.domain.timestamps import format_time
from shared.kit.aws.websocket import pusher
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.json import json_text


@dataclass(frozen=True)
class NotificationDraft:
    """A sentence for somebody; of a booking's change at most one a person is kept."""

    user_id: str
    kind: str
    message: str
    data: dict[str, Any]
    change_id: int | None = None


@dataclass(frozen=True)
class Notification:
    id: int
    user_id: UUID
    kind: str
    message: str
    data: dict[str, Any]
    is_read: bool
    created_at: datetime


COLUMNS = "id, user_id, kind, message, data, is_read, created_at"
ADD = f"""
INSERT INTO notifications (user_id, change_id, kind, message, data)
SELECT user_id, change_id, kind, message, data FROM jsonb_to_recordset(%s::jsonb)
    AS news (user_id uuid, change_id bigint, kind text, message text, data jsonb)
ON CONFLICT (user_id, change_id) DO NOTHING
RETURNING {COLUMNS}
"""  # noqa: S608 - put together from constants


def add_notifications(db: PooledConnection, news: Iterable[NotificationDraft]) -> list[Notification]:
    """Write them; after the commit give what is returned to `push_notifications`."""
    rows = json_text([asdict(each) for each in news])
    with db.cursor(row_factory=class_row(Notification)) as cursor:
        return cursor.execute(ADD, (rows,)).fetchall()


def notification_json(notification: Notification) -> dict[str, Any]:
    """A notification as clients read it."""
    return {
        "id": notification.id,
        "notification": {"message": notification.message},
        "is_read": notification.is_read,
        "created_at": format_time(notification.created_at),
        "kind": notification.kind,
        "data": notification.data,
    }


# Clients of the first protocol would draw a notification as a message.
LISTENERS = """
SELECT c.user_id, array_agg(c.id),
    (SELECT count(*) FROM notifications n WHERE n.user_id = c.user_id AND NOT n.is_read)
FROM connections c WHERE c.user_id = ANY(%s) AND c.protocol = 2 GROUP BY c.user_id
"""


def push_notifications(added: Iterable[Notification]) -> None:
    """Send each to the open sockets of its owner, with the number of unread ones; forget sockets that are gone.

    Best effort: what is not received is in the list.
    """
    fresh = list(added)
    if not fresh:
        return
    with connection() as db:
        found = db.execute(LISTENERS, (list({each.user_id for each in fresh}),)).fetchall()
    listeners = {user_id: (sockets, unread) for user_id, sockets, unread in found}
    gone: set[str] = set()
    for each in fresh:
        sockets, unread = listeners.get(each.user_id, ((), 0))
        if here := [socket for socket in sockets if socket not in gone]:
            frame = {
                "event": "notification_created",
                "data": {**notification_json(each), "unread_notification_count": unread},
            }
            gone.update(pusher().post(here, json_text(frame).encode()))
    if gone:
        forget_gone(list(gone))
