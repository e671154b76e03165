"""Notifications in pages."""

from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request, only
from shared.versions.pages import ask_for_page

endpoints = Endpoints()


@endpoints.add("GET", "/api/notification/list/")
async def list_notifications(request: Request, api: Api) -> Answer:
    return await ask_for_page(request, api)


@endpoints.add("PATCH PUT", "/api/notification/is_read/{notification_id}/")
async def mark(request: Request, api: Api) -> Answer:
    """Other fields that a client sends are ignored."""
    return await api(await only(request, "is_read"))
