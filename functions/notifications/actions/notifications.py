"""Reading notifications and marking them."""

from uuid import UUID

from functions.notifications.data import notifications
from functions.notifications.domain.errors import NotificationNotFound
from shared.data.notifications import Notification
from shared.domain.notifications import notification_json, push_unread_count
from shared.kit.http.page_pagination import PageNumber
from shared.kit.json import json_text


def list_notifications(user_id: UUID, page: PageNumber, path: str) -> str:
    """A page as JSON text, newest first. Raises NotFound for a page after the last."""
    count = notifications.count_notifications(user_id)
    found = notifications.list_notifications(user_id, page.size, page.offset) if page.offset < count else []
    return page.wrap(path, count, json_text([notification_json(each) for each in found]))


def mark_notification(user_id: UUID, notification_id: int, *, is_read: bool) -> Notification:
    """Mark a user's notification as read or unread. Raises NotificationNotFound."""
    marked = notifications.mark(user_id, notification_id, is_read=is_read)
    if marked is None:
        raise NotificationNotFound
    push_unread_count(user_id)
    return marked


def mark_all_notifications_read(user_id: UUID) -> int:
    """Mark all of a user's notifications as read; returns how many are unread then, because they arrived meanwhile."""
    notifications.mark_all_read(user_id)
    push_unread_count(user_id)
    return notifications.count_unread(user_id)


def count_unread_notifications(user_id: UUID) -> int:
    return notifications.count_unread(user_id)
