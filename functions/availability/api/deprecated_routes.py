"""Deprecated endpoints of the previous release, kept for one more."""

from starlette.requests import Request
from starlette.responses import Response

from functions.availability.actions import slots
from functions.availability.api import hours_routes
from functions.availability.api.render import render_override, render_slot
from functions.availability.api.responses import Override, Slot
from functions.availability.data.overrides import list_overrides
from functions.availability.domain.commands import NewOverride
from functions.availability.domain.errors import BookingsInTheWay, TooManyOverrides
from functions.availability.domain.slot_query import SlotQuery
from shared.domain.auth import TutorCaller
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.fast_routes import always
from shared.kit.http.openapi import error_responses
from shared.kit.http.response_models import Detail
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router

deprecated = router("availability", waits=True)


@deprecated.get("/api/availability/overrides/me/", response_model=list[Override], deprecated=True)
def list_overrides_unpaged(caller: TutorCaller) -> Response:
    """Use `GET /api/availability/hours/me/overrides/`, which is paginated."""
    return json_response([render_override(each) for each in list_overrides(caller.tutor_id)])


@deprecated.post(
    "/api/availability/overrides/me/",
    status_code=201,
    response_model=Override,
    responses=error_responses(TooManyOverrides, BookingsInTheWay),
    deprecated=True,
)
def add_override_v1(caller: TutorCaller, override: NewOverride) -> Response:
    """Use `POST /api/availability/hours/me/overrides/`."""
    return hours_routes.add_override(caller, override)


@deprecated.delete(
    "/api/availability/overrides/me/{override_id:int64}/",
    response_model=Detail,
    responses=error_responses(NotFound),
    deprecated=True,
)
def delete_override_v1(caller: TutorCaller, override_id: int) -> Response:
    """Use `DELETE /api/availability/hours/me/overrides/<override_id>/`."""
    return hours_routes.delete_override(caller, override_id)


@deprecated.fast_get(
    "/api/availability/slots/{tutor_id:int32}/",
    query=SlotQuery,
    takes_long=always,
    response_model=list[Slot],
    responses=error_responses(FieldErrors, NotFound),
    deprecated=True,
)
def list_slots_unpaged(request: Request) -> Response:
    """Use `GET /api/availability/tutors/<tutor_id>/slots/`, which is paginated."""
    query = SlotQuery.read(request.scope["query_string"])
    window = query.window()
    found = slots.list_slots(request.path_params["tutor_id"], window, query.length)
    return json_response([render_slot(each, window.zone) for each in found])
