"""The HTTP endpoints of announcements at the staff desk."""

from typing import Annotated

from starlette.responses import Response

from functions.announcements import repository, service
from functions.announcements.schemas import AnnouncementsForStaffQuery, OwnAnnouncementPage
from shared.domain.staff_desk import Decision, DeskCaller, Justification
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.query_models import from_query
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router

LIST = "/api/staff/announcements/"
ONE = LIST + "{announcement_id:int64}/"

announcements_desk = router("staff")


@announcements_desk.get(LIST, response_model=OwnAnnouncementPage, responses=error_responses(FieldErrors, NotFound))
def list_announcements_for_staff(
    _caller: DeskCaller, query: Annotated[AnnouncementsForStaffQuery, from_query(AnnouncementsForStaffQuery)]
) -> Response:
    """List announcements, including hidden ones, newest first; for staff."""
    found = repository.list_for_staff(query.page, query.tutor, query.only)
    return raw_json_response(query.page.wrap(LIST, found.count, found.results))


@announcements_desk.post(
    f"{ONE}hide/", response_model=Decision, responses=error_responses(service.AnnouncementNotFound)
)
def hide_announcement_for(caller: DeskCaller, announcement_id: int, why: Justification) -> Response:
    """Hide an announcement from everybody but its tutor, giving a reason; for staff."""
    service.set_hidden(caller.id, announcement_id, why.reason, hidden=True)
    return json_response({"id": announcement_id, "hidden": True})


@announcements_desk.post(
    f"{ONE}unhide/", response_model=Decision, responses=error_responses(service.AnnouncementNotFound)
)
def unhide_announcement_for(caller: DeskCaller, announcement_id: int, why: Justification) -> Response:
    """Show an announcement again, giving a reason; for staff."""
    service.set_hidden(caller.id, announcement_id, why.reason, hidden=False)
    return json_response({"id": announcement_id, "hidden": False})
