"""The terms on which you, as a tutor, can be booked."""

from starlette.requests import Request
from starlette.responses import Response

from functions.availability.actions import booking_terms
from functions.availability.api.responses import OwnBookingTerms, PublicBookingTerms
from functions.availability.data.booking_terms import find_public_terms, get_terms
from functions.availability.domain.terms_commands import BookingTermsChange
from shared.domain.auth import TutorCaller
from shared.kit.errors import NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

terms = router("availability", waits=True)


@terms.get("/api/availability/terms/me/", response_model=OwnBookingTerms)
def get_own_booking_terms(caller: TutorCaller) -> Response:
    """Get your terms of booking."""
    return raw_json_response(get_terms(caller.tutor_id))


@terms.patch("/api/availability/terms/me/", response_model=OwnBookingTerms)
def change_booking_terms(caller: TutorCaller, change: BookingTermsChange) -> Response:
    """Change any of your terms. Existing bookings stay as they are, but a shorter `cancellation_notice` applies.

    If you change the time zone, your hours keep their times of day in the new zone.
    """
    booking_terms.change_booking_terms(caller, change)
    return get_own_booking_terms(caller)


@terms.fast_get(
    "/api/availability/terms/{tutor_id:int32}/",
    response_model=PublicBookingTerms,
    responses=error_responses(NotFound),
)
def get_booking_terms(request: Request) -> Response:
    """Get the terms of a tutor that you must know before you book."""
    found = find_public_terms(request.path_params["tutor_id"])
    if found is None:
        raise NotFound
    return raw_json_response(found)
