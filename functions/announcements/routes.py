"""The HTTP endpoints of announcements."""

from typing import Annotated
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from functions.announcements import repository, service
from functions.announcements.schemas import (
    AnnouncementChange,
    AnnouncementPage,
    AnnouncementsQuery,
    NewAnnouncement,
    OwnAnnouncement,
    OwnAnnouncementPage,
)
from shared.domain.auth import StaffCaller, TutorCaller
from shared.domain.staff_desk import Decision
from shared.kit.errors import FieldErrors, NotFound, Throttled
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import from_query
from shared.kit.http.response_models import Info
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router

LIST = "/api/announcement/announcements/"
OWN = "/api/announcement/announcements/me/"
ONE = "/api/announcement/announcement/{announcement_id:int64}/"

announcements = router("announcements")


@announcements.fast_get(
    LIST, query=AnnouncementsQuery, response_model=AnnouncementPage, responses=error_responses(FieldErrors, NotFound)
)
def list_announcements(request: Request) -> Response:
    """List tutors' announcements, newest first."""
    query = AnnouncementsQuery.read(request.scope["query_string"])
    found = repository.list_announcements(query.page, query.tag, query.tutor)
    return raw_json_response(query.page.wrap(LIST, found.count, found.results))


@announcements.get(OWN, response_model=OwnAnnouncementPage, responses=error_responses(FieldErrors, NotFound))
def list_own_announcements(caller: TutorCaller, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response:
    """List your announcements, including hidden ones, newest first."""
    found = repository.list_own(query.page, caller.tutor_id)
    return raw_json_response(query.page.wrap(OWN, found.count, found.results))


@announcements.post(
    "/api/announcement/announcement/",
    status_code=201,
    response_model=OwnAnnouncement,
    responses=error_responses(service.TooManyAnnouncements, service.UnreadableTags, Throttled),
)
def create_announcement(caller: TutorCaller, new: NewAnnouncement) -> Response:
    """Publish an announcement to everybody."""
    return raw_json_response(service.announce(caller.tutor_id, new), 201)


@announcements.patch(
    ONE, response_model=OwnAnnouncement, responses=error_responses(service.AnnouncementNotFound, service.UnreadableTags)
)
def edit_announcement(caller: TutorCaller, announcement_id: int, change: AnnouncementChange) -> Response:
    """Change your announcement."""
    return raw_json_response(service.edit(caller.tutor_id, announcement_id, change))


@announcements.delete(ONE, response_model=Info, responses=error_responses(service.AnnouncementNotFound))
def delete_announcement(caller: TutorCaller, announcement_id: int) -> Response:
    """Delete your announcement."""
    if not repository.delete_announcement(caller.tutor_id, announcement_id):
        raise service.AnnouncementNotFound
    return json_response({"Info": "Announcement deleted."})


@announcements.post(
    ONE + "hide/", response_model=Decision, responses=error_responses(service.AnnouncementNotFound), deprecated=True
)
def hide_announcement(caller: StaffCaller, announcement_id: int) -> Response:
    """Hide an announcement from everybody but its tutor; for staff.

    Use POST /api/staff/announcements/<id>/hide/ instead.
    """
    return _decide(caller.id, announcement_id, hidden=True)


@announcements.post(
    ONE + "unhide/", response_model=Decision, responses=error_responses(service.AnnouncementNotFound), deprecated=True
)
def unhide_announcement(caller: StaffCaller, announcement_id: int) -> Response:
    """Show an announcement again; for staff. Use POST /api/staff/announcements/<id>/unhide/."""
    return _decide(caller.id, announcement_id, hidden=False)


def _decide(staff_id: UUID, announcement_id: int, *, hidden: bool) -> Response:
    service.set_hidden(staff_id, announcement_id, hidden=hidden)
    return json_response({"id": announcement_id, "hidden": hidden})
