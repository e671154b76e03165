"""Notifications: stored in the transaction of their event, then pushed to the sockets of subscribed clients."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from shared.data.connections import forget_gone
from shared.data.notifications import ADD_NOTIFICATIONS, LIST_LISTENERS, AddedNotification, Listener, Notification
from shared.domain.push_outbox import trigger_push
from shared.domain.timestamps import format_time
from shared.kit.aws.websocket import pusher
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.json import json_text


@dataclass(frozen=True)
class NotificationDraft:
    """A notification before it is stored; at most one per booking change and person is kept."""

    user_id: str
    kind: str
    message: str
    data: dict[str, Any]
    change_id: int | None = None


def add_notifications(db: PooledConnection, drafts: Iterable[NotificationDraft]) -> list[AddedNotification]:
    """Store notifications; after the commit, pass the result to `push_notifications`."""
    return ADD_NOTIFICATIONS.all(db, (json_text([asdict(each) for each in drafts]),))


def notification_json(notification: Notification) -> dict[str, Any]:
    """A notification as JSON for clients."""
    return {
        "id": notification.id,
        "notification": {"message": notification.message},
        "is_read": notification.is_read,
        "created_at": format_time(notification.created_at),
        "kind": notification.kind,
        "data": notification.data,
    }


def push_notifications(added: Iterable[AddedNotification]) -> None:
    """Push each to its owner's open sockets, with the number of unread ones, and wake the sender of push messages.

    Best effort: what does not arrive is still in the list. Sockets that are gone are forgotten.
    """
    fresh = list(added)
    if not fresh:
        return
    if any(each.is_pushed for each in fresh):
        trigger_push()
    with connection() as db:
        found = LIST_LISTENERS.all(db, (list({each.user_id for each in fresh}),))
    listeners = {each.user_id: each for each in found}
    gone: set[str] = set()
    for each in fresh:
        if listener := listeners.get(each.user_id):
            for sockets, frame in _frames(each, listener):
                if here := [socket for socket in sockets if socket not in gone]:
                    gone.update(pusher().post(here, json_text(frame).encode()))
    if gone:
        forget_gone(list(gone))


def _frames(added: Notification, listener: Listener) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """Clients with events get one event; the others get the number of unread ones, then the new notification."""
    shown, unread = notification_json(added), {"unread_notification_count": listener.unread}
    yield listener.sockets, {"event": "notification_created", "data": {**shown, **unread}}
    yield listener.unframed, unread
    yield listener.unframed, {name: shown[name] for name in ("id", "notification", "created_at", "is_read")}


def push_unread_count(user_id: UUID) -> None:
    """Push a person's number of unread notifications to the sockets of clients without events."""
    with connection() as db:
        listener = LIST_LISTENERS.one(db, ([user_id],))
    if listener and listener.unframed:
        frame = json_text({"unread_notification_count": listener.unread}).encode()
        if gone := pusher().post(listener.unframed, frame):
            forget_gone(gone)
