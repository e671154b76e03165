"""Schedules item by item, marking booked ones: for clients that let students choose among items."""

from starlette.requests import Request
from starlette.responses import Response

from functions.availability.api.responses import OfferedItem
from functions.availability.data.schedule_items import list_offered
from shared.domain.auth import TutorCaller
from shared.kit.errors import NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

offered = router("availability")


@offered.fast_get(
    "/api/availability/tutors/{tutor_id:int32}/schedule/",
    response_model=list[OfferedItem],
    responses=error_responses(NotFound),
)
def list_offered_items(request: Request) -> Response:
    """List a tutor's schedule: the newest 1000 items, past ones too, in order of creation.

    To choose a time within a long item, list the tutor's slots.
    """
    found = list_offered(request.path_params["tutor_id"])
    if found is None:
        raise NotFound
    return raw_json_response(found)


@offered.get("/api/availability/schedule/me/", response_model=list[OfferedItem])
def list_own_offered_items(caller: TutorCaller) -> Response:
    """List your schedule as students see it, the newest 1000 items in order of creation."""
    return raw_json_response(list_offered(caller.tutor_id, own=True) or "[]")
