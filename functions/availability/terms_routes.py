"""HTTP shapes of the terms of booking and of slots."""

from typing import Any

from fastapi import Request, Response

from functions.availability import slots, terms
from functions.availability.service import lock
from functions.availability.terms_schemas import PublicTerms, Slot, Terms, TermsChange
from shared.domain.auth import TutorCaller
from shared.kit.db.transactions import transaction
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router

booking_terms = router("availability")


@booking_terms.get("/api/availability/terms/me/", response_model=Terms)
def get_terms(caller: TutorCaller) -> Response:
    """The own terms of booking."""
    return json_response(terms.get_terms(caller.tutor_id))


@booking_terms.patch("/api/availability/terms/me/", response_model=Terms)
def change_terms(caller: TutorCaller, change: TermsChange) -> Response:
    """Change any of the own terms; what is booked stays as it was booked.

    Another zone means the same hours by its clocks.
    """
    with transaction() as db:
        lock(db, caller)
        terms.change_terms(db, caller.tutor_id, change.changes())
    return get_terms(caller)


@booking_terms.fast_get(
    "/api/availability/terms/{tutor_id:int32}/",
    response_model=PublicTerms,
    responses=error_responses(NotFound),
)
def get_public_terms(request: Request) -> Response:
    """What students must know of a tutor's terms before they book."""
    return raw_json_response(terms.get_public_terms(request.path_params["tutor_id"]))


def _parameter(name: str, description: str, example: object, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "example": example, "schema": schema}


SLOT_PARAMETERS = [
    _parameter("from", "ISO 8601 date-time, or a date for its midnight; now by default.", "2027-03-22", type="string"),
    _parameter("to", "The same; 62 days later at most, 7 by default.", "2027-03-29T00:00:00+02:00", type="string"),
    _parameter(
        "tz", "The IANA time zone of the answer, and of times without an offset.", "Europe/Warsaw", type="string"
    ),
    _parameter("length", "Minutes; one of the tutor's session lengths, by default the first.", 60, type="integer"),
]


# It reads its own query.
@booking_terms.recorded.fast_get(
    "/api/availability/slots/{tutor_id:int32}/",
    response_model=list[Slot],
    response_model_exclude_unset=True,
    responses=error_responses(FieldErrors, NotFound),
    openapi_extra={"parameters": SLOT_PARAMETERS},
)
def list_slots(request: Request) -> Response:
    """What can be booked now, by its start: free time, and seats of groups."""
    return json_response(slots.list_slots(request.path_params["tutor_id"], request.scope["query_string"]))
