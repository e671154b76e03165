"""The verbs of the notifications feature and their refusals."""

from uuid import UUID

from functions.notifications import repository
from shared.data.notifications import Notification
from shared.domain.notifications import notification_json
from shared.kit.errors import NotFound
from shared.kit.http.page_pagination import PageNumber
from shared.kit.json import json_text

MAX_ID = 2**63 - 1


class NoNotification(NotFound):
    """There is no such notification, or it is somebody else's."""


def list_notifications(user_id: UUID, page: PageNumber, path: str) -> str:
    """A page as JSON text, newest first. Raises NotFound for one behind the last."""
    count = repository.count_notifications(user_id)
    found = repository.list_notifications(user_id, page.size, page.offset) if page.offset < count else []
    return page.wrap(path, count, json_text([notification_json(each) for each in found]))


def mark_read(user_id: UUID, notification_id: int, *, is_read: bool) -> Notification:
    """Mark an own notification as read or unread. Raises NoNotification."""
    marked = repository.set_read(user_id, notification_id, is_read=is_read) if notification_id <= MAX_ID else None
    if marked is None:
        raise NoNotification
    return marked
