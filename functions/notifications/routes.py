"""HTTP shapes of the notifications feature."""

from fastapi import Request, Response

from functions.notifications import repository, service
from functions.notifications.schemas import Notification, NotificationPage, ReadMark, UnreadCount
from shared.kit.answers import answer, json_response
from shared.kit.documentation import refusals
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http import router
from shared.kit.numbered_pages import PAGE_PARAMETERS, read_page
from shared.rules.callers import User
from shared.rules.notifications import shown

notifications = router("notifications")


@notifications.get(
    "/api/notification/list/",
    response_model=NotificationPage,
    responses=refusals(FieldErrors, NotFound),
    openapi_extra={"parameters": PAGE_PARAMETERS},
)
def list_notifications(caller: User, request: Request) -> Response:
    """The own notifications, newest first."""
    page = read_page(request.scope["query_string"])
    return json_response(service.list_notifications(caller.id, page, request.scope["path"]))


@notifications.put(
    "/api/notification/is_read/{notification_id:int}/",
    response_model=Notification,
    responses=refusals(service.NoNotification),
)
@notifications.patch(
    "/api/notification/is_read/{notification_id:int}/",
    response_model=Notification,
    responses=refusals(service.NoNotification),
)
def mark_read(caller: User, notification_id: int, mark: ReadMark) -> Response:
    """Mark an own notification as read or unread."""
    return answer(shown(service.mark_read(caller.id, notification_id, is_read=mark.is_read)))


@notifications.post("/api/notification/read_all/", response_model=UnreadCount)
def read_all(caller: User) -> Response:
    """Mark all own notifications as read; answers how many are unread then."""
    repository.read_all(caller.id)
    return answer({"unread_notification_count": repository.count_unread(caller.id)})


@notifications.get("/api/notification/unread_count/", response_model=UnreadCount)
def count_unread(caller: User) -> Response:
    """How many own notifications are unread."""
    return answer({"unread_notification_count": repository.count_unread(caller.id)})
