"""What can be booked."""

from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from functions.availability.actions import slots
from functions.availability.api.render import render_slot
from functions.availability.api.responses import SlotPage
from functions.availability.domain.slot_query import SlotPageQuery, SlotWindow
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.fast_routes import always
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router

bookable_slots = router("availability")


@bookable_slots.fast_get(
    "/api/availability/tutors/{tutor_id:int32}/slots/",
    query=SlotPageQuery,
    takes_long=always,
    response_model=SlotPage,
    responses=error_responses(FieldErrors, NotFound),
)
def list_slots(request: Request) -> Response:
    """List what you can book with a tutor, by start time: free times and seats in groups."""
    query = SlotPageQuery.read(request.scope["query_string"])
    window = query.window()
    found = slots.list_slots(request.path_params["tutor_id"], window, query.length, query.page_size + 1)
    page, rest = found[: query.page_size], found[query.page_size :]
    following = _link(request, query, window, rest[0].span.starts_at) if rest else None
    return json_response({"next": following, "results": [render_slot(each, window.zone) for each in page]})


def _link(request: Request, query: SlotPageQuery, window: SlotWindow, starts_at: datetime) -> str:
    """The link to the same window from the first slot not listed yet: all slots of a tutor start at different times."""
    parameters = {"from": starts_at.astimezone(window.zone).isoformat(), "to": window.ends_at.isoformat()}
    parameters |= {"tz": window.zone.key, "page_size": str(query.page_size)}
    if query.length is not None:
        parameters["length"] = str(query.length)
    return f"/api/availability/tutors/{request.path_params['tutor_id']}/slots/?{urlencode(parameters)}"
