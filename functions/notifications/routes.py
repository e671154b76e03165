"""HTTP shapes of the notifications feature."""

from fastapi import Request, Response

from functions.notifications import repository, service
from functions.notifications.schemas import Notification, NotificationPage, ReadMark, UnreadCount
from shared.domain.auth import User
from shared.domain.notifications import notification_json
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PAGE_PARAMETERS, read_page
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router

notifications = router("notifications")


@notifications.get(
    "/api/notification/list/",
    response_model=NotificationPage,
    responses=error_responses(FieldErrors, NotFound),
    openapi_extra={"parameters": PAGE_PARAMETERS},
)
def list_notifications(caller: User, request: Request) -> Response:
    """The own notifications, newest first."""
    page = read_page(request.scope["query_string"])
    return raw_json_response(service.list_notifications(caller.id, page, request.scope["path"]))


@notifications.put(
    "/api/notification/is_read/{notification_id:int}/",
    response_model=Notification,
    responses=error_responses(service.NoNotification),
)
@notifications.patch(
    "/api/notification/is_read/{notification_id:int}/",
    response_model=Notification,
    responses=error_responses(service.NoNotification),
)
def mark_read(caller: User, notification_id: int, mark: ReadMark) -> Response:
    """Mark an own notification as read or unread."""
    return json_response(notification_json(service.mark_read(caller.id, notification_id, is_read=mark.is_read)))


@notifications.post("/api/notification/read_all/", response_model=UnreadCount)
def read_all(caller: User) -> Response:
    """Mark all own notifications as read; answers how many are unread then."""
    repository.read_all(caller.id)
    return json_response({"unread_notification_count": repository.count_unread(caller.id)})


@notifications.get("/api/notification/unread_count/", response_model=UnreadCount)
def count_unread(caller: User) -> Response:
    """How many own notifications are unread."""
    return json_response({"unread_notification_count": repository.count_unread(caller.id)})
