"""Your weekly hours and their overrides."""

from typing import Annotated

from starlette.responses import Response

from functions.availability.actions import overrides, weekly_hours
from functions.availability.api.render import render_override, render_week
from functions.availability.api.responses import Override, OverridePage, Week
from functions.availability.data.overrides import list_overrides as list_stored
from functions.availability.data.weekly_hours import get_week
from functions.availability.domain.commands import NewOverride, NewWeek
from functions.availability.domain.errors import BookingsInTheWay, TooManyOverrides
from shared.domain.auth import TutorCaller
from shared.kit.errors import NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import from_query
from shared.kit.http.response_models import Detail
from shared.kit.http.responses import detail_response, json_response, raw_json_response
from shared.kit.http.routing import router
from shared.kit.json import json_text

hours = router("availability", waits=True)


@hours.get("/api/availability/hours/me/", response_model=Week)
def get_weekly_hours(caller: TutorCaller) -> Response:
    """Get your weekly hours, in your time zone."""
    return json_response(render_week(get_week(caller.tutor_id)))


@hours.put("/api/availability/hours/me/", response_model=Week)
def replace_weekly_hours(caller: TutorCaller, week: NewWeek) -> Response:
    """Replace all your weekly hours. Your schedule changes at once; bookings stay."""
    weekly_hours.replace_weekly_hours(caller, week)
    return get_weekly_hours(caller)


@hours.get(
    "/api/availability/hours/me/overrides/",
    response_model=OverridePage,
    responses=error_responses(NotFound),
)
def list_overrides(caller: TutorCaller, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response:
    """List your current and upcoming days off, vacations and extra hours, by date."""
    page = query.page
    found = list_stored(caller.tutor_id)
    shown = [render_override(each) for each in found[page.offset : page.offset + page.size]]
    return raw_json_response(page.wrap("/api/availability/hours/me/overrides/", len(found), json_text(shown)))


@hours.post(
    "/api/availability/hours/me/overrides/",
    status_code=201,
    response_model=Override,
    responses=error_responses(TooManyOverrides, BookingsInTheWay),
)
def add_override(caller: TutorCaller, override: NewOverride) -> Response:
    """Offer more time on some days (`extra`) or less (`off`, which takes precedence).

    Time off that overlaps bookings is refused with a list of them, unless you ask to cancel them and give a reason.
    """
    return json_response(render_override(overrides.add_override(caller, override)), 201)


@hours.delete(
    "/api/availability/hours/me/overrides/{override_id:int64}/",
    response_model=Detail,
    responses=error_responses(NotFound),
)
def delete_override(caller: TutorCaller, override_id: int) -> Response:
    """Delete an override: your weekly hours apply to its days again."""
    overrides.delete_override(caller, override_id)
    return detail_response("Wyjątek został usunięty.", caller.language)
