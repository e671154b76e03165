"""HTTP shapes of weekly hours and their overrides."""

from fastapi import Response

from functions.availability import hours
from functions.availability.hours_schemas import Detail, NewHours, NewOverride, ShownOverride, Week
from functions.availability.service import lock
from shared.domain.auth import TutorCaller
from shared.kit.db.transactions import transaction
from shared.kit.errors import NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router

availability_hours = router("availability")


@availability_hours.get("/api/availability/hours/me/", response_model=Week)
def get_week(caller: TutorCaller) -> Response:
    """The own hours of every week, in the own time zone."""
    return json_response(hours.find_week(caller.tutor_id))


@availability_hours.put("/api/availability/hours/me/", response_model=Week)
def replace_week(caller: TutorCaller, week: NewHours) -> Response:
    """Replace all own hours. Days ahead that can be booked show them at once; bookings stay."""
    with transaction() as db:
        lock(db, caller)
        hours.replace_week(db, caller.tutor_id, week)
    return get_week(caller)


@availability_hours.get("/api/availability/overrides/me/", response_model=list[ShownOverride])
def list_overrides(caller: TutorCaller) -> Response:
    """The own days off, vacations and extra hours that are not over, by their days."""
    return json_response(hours.list_overrides(caller.tutor_id))


@availability_hours.post(
    "/api/availability/overrides/me/",
    status_code=201,
    response_model=ShownOverride,
    responses=error_responses(hours.TooManyOverrides),
)
def add_override(caller: TutorCaller, override: NewOverride) -> Response:
    """Offer more time on some days (`extra`) or less (`off`, which wins). Bookings stay."""
    with transaction() as db:
        lock(db, caller)
        added = hours.add_override(db, caller.tutor_id, override)
    return json_response(added, 201)


@availability_hours.delete(
    "/api/availability/overrides/me/{override_id:int64}/", response_model=Detail, responses=error_responses(NotFound)
)
def delete_override(caller: TutorCaller, override_id: int) -> Response:
    """Delete an override: its days are as the weekly hours have them."""
    with transaction() as db:
        lock(db, caller)
        hours.delete_override(db, caller.tutor_id, override_id)
    return json_response({"detail": "Wyjątek został usunięty."})
