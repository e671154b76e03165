"""Announcements in pages; what else a client sends of one is not read."""

from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request, only
from shared.versions.pages import ask_for_page

endpoints = Endpoints()


@endpoints.add("GET", "/api/announcement/announcements/")
async def list_announcements(request: Request, api: Api) -> Answer:
    return await ask_for_page(request, api)


@endpoints.add("POST", "/api/announcement/announcement/")
async def announce(request: Request, api: Api) -> Answer:
    return await api(await only(request, "title", "description", "tags"))
