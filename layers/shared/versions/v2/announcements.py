"""Announcements in pages; extra fields that a client sends are ignored."""

from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request, only
from shared.versions.pages import ask_for_page

TOO_MANY = "Limit of tags"
endpoints = Endpoints()


@endpoints.add("GET", "/api/announcement/announcements/")
async def list_announcements(request: Request, api: Api) -> Answer:
    return await ask_for_page(request, api)


@endpoints.add("POST", "/api/announcement/announcement/")
async def announce(request: Request, api: Api) -> Answer:
    """Create an announcement; the error about too many tags is a text, not a list of texts."""
    answer = await api(await only(request, "title", "description", "tags"))
    complaints = answer.json.get("tags") if answer.status == 400 else None
    if isinstance(complaints, list) and str(complaints[0]).startswith(TOO_MANY):
        return answer.with_json({**answer.json, "tags": complaints[0]})
    return answer
