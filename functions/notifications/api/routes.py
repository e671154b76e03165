"""HTTP routes of notifications."""

from typing import Annotated

from starlette.requests import Request
from starlette.responses import Response

from functions.notifications.actions import notifications as actions
from functions.notifications.api.responses import Notification, NotificationPage, UnreadCount
from functions.notifications.domain.commands import ReadMark
from functions.notifications.domain.errors import NotificationNotFound
from shared.domain.auth import User
from shared.domain.notifications import notification_json
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import from_query
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router

notifications = router("notifications")


@notifications.get(
    "/api/notification/list/",
    response_model=NotificationPage,
    responses=error_responses(FieldErrors, NotFound),
)
def list_notifications(caller: User, request: Request, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response:
    """List your notifications, newest first."""
    return raw_json_response(actions.list_notifications(caller.id, query.page, request.scope["path"]))


@notifications.put(
    "/api/notification/is_read/{notification_id:int64}/",
    operation_id="putNotificationMark",
    response_model=Notification,
    responses=error_responses(NotificationNotFound),
)
@notifications.patch(
    "/api/notification/is_read/{notification_id:int64}/",
    response_model=Notification,
    responses=error_responses(NotificationNotFound),
)
def mark_notification(caller: User, notification_id: int, mark: ReadMark) -> Response:
    """Mark one of your notifications as read or unread."""
    marked = actions.mark_notification(caller.id, notification_id, is_read=mark.is_read)
    return json_response(notification_json(marked))


@notifications.post("/api/notification/read_all/", response_model=UnreadCount)
def mark_all_notifications_read(caller: User) -> Response:
    """Mark all your notifications as read.

    The answer is how many are still unread: one that arrives meanwhile stays unread.
    """
    return json_response({"unread_notification_count": actions.mark_all_notifications_read(caller.id)})


@notifications.get("/api/notification/unread_count/", response_model=UnreadCount)
def count_unread_notifications(caller: User) -> Response:
    """Count your unread notifications."""
    return json_response({"unread_notification_count": actions.count_unread_notifications(caller.id)})
