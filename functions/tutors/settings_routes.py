"""HTTP shapes of a tutor's own settings."""

from fastapi import Response

from functions.tutors import repository, service
from functions.tutors.schemas import (
    Description,
    DescriptionChange,
    Details,
    GroupChange,
    Groups,
    GroupsAfterChange,
    Location,
    LocationChange,
    MethodChange,
    Methods,
    Price,
    PriceChange,
    SettingsChange,
    Skills,
    SkillsChange,
)
from shared.domain.auth import Caller, TutorCaller
from shared.kit.http.openapi import error_responses
from shared.kit.http.partial_update import PartialUpdate
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router

tutor_settings = router("tutor settings").recorded
METHODS = ("online_sessions_available", "in_person_sessions_available")
GROUPS = ("individual_sessions_available", "group_sessions_available")
PRICE_REFUSALS = (service.NegativePrice, service.PriceTooHigh)
LOCATION_REFUSALS = (service.EmptyLocation, service.LocationTooLong)


def _change(caller: Caller, change: PartialUpdate, *shown: str) -> Response:
    service.change_settings(caller.id, change.changes())
    return _show(caller, *shown)


def _show(caller: Caller, *shown: str) -> Response:
    return json_response(service.find_settings(caller.id, *shown))


@tutor_settings.get("/api/user/tutor/me/", response_model=Details)
def get_own_details(caller: TutorCaller) -> Response:
    """The own details, as others see them once the account is confirmed."""
    return raw_json_response(repository.find_details(caller.tutor_id, own=True) or "{}")


@tutor_settings.patch(
    "/api/user/tutor/me/", response_model=Details, responses=error_responses(*PRICE_REFUSALS, *LOCATION_REFUSALS)
)
def change_settings(caller: TutorCaller, change: SettingsChange) -> Response:
    """Change any of the own settings but the skills."""
    service.change_settings(caller.id, change.changes())
    return get_own_details(caller)


@tutor_settings.get("/api/user/tutor/description/me/", response_model=Description)
def get_description(caller: TutorCaller) -> Response:
    """The own description, null until it is set."""
    return _show(caller, "description")


@tutor_settings.patch("/api/user/tutor/description/me/", response_model=Description)
def change_description(caller: TutorCaller, change: DescriptionChange) -> Response:
    """Set the own description, or clear it with null."""
    return _change(caller, change, "description")


@tutor_settings.get("/api/user/tutor/price/me/", response_model=Price)
def get_price(caller: TutorCaller) -> Response:
    """The own hourly rate, 0 until it is set."""
    return _show(caller, "price")


@tutor_settings.patch("/api/user/tutor/price/me/", response_model=Price, responses=error_responses(*PRICE_REFUSALS))
def change_price(caller: TutorCaller, change: PriceChange) -> Response:
    """Set the hourly rate in whole units of the currency, 0 to 1000000."""
    return _change(caller, change, "price")


@tutor_settings.get("/api/user/tutor/location/me/", response_model=Location)
def get_location(caller: TutorCaller) -> Response:
    """Where the tutor teaches in person, empty until it is set."""
    return _show(caller, "tutoring_location")


@tutor_settings.patch(
    "/api/user/tutor/location/me/", response_model=Location, responses=error_responses(*LOCATION_REFUSALS)
)
def change_location(caller: TutorCaller, change: LocationChange) -> Response:
    """Set where the tutor teaches in person, 1 to 50 characters."""
    return _change(caller, change, "tutoring_location")


@tutor_settings.get("/api/user/tutor/individual_group/me/", response_model=Groups)
def get_groups(caller: TutorCaller) -> Response:
    """Whether the tutor teaches single students and groups."""
    stored = service.find_settings(caller.id, *GROUPS)
    return json_response({name.removesuffix("_available"): value for name, value in stored.items()})


@tutor_settings.patch("/api/user/tutor/individual_group/me/", response_model=GroupsAfterChange)
def change_groups(caller: TutorCaller, change: GroupChange) -> Response:
    """Set either or both; the answer has other names than GET's, as the frontend expects."""
    return _change(caller, change, *GROUPS)


@tutor_settings.get("/api/user/tutor/method_session_availability/me/", response_model=Methods)
def get_methods(caller: TutorCaller) -> Response:
    """Whether the tutor teaches online and in person."""
    return _show(caller, *METHODS)


@tutor_settings.patch("/api/user/tutor/method_session_availability/me/", response_model=Methods)
def change_methods(caller: TutorCaller, change: MethodChange) -> Response:
    """Set either or both."""
    return _change(caller, change, *METHODS)


@tutor_settings.get("/api/user/tutor/skills/me/", response_model=Skills)
def get_skills(caller: TutorCaller) -> Response:
    """The own skills."""
    return _show(caller, "skills")


@tutor_settings.put(
    "/api/user/tutor/skills/me/", response_model=Skills, responses=error_responses(service.UnknownSkill)
)
def replace_skills(caller: TutorCaller, change: SkillsChange) -> Response:
    """Replace the own skills by names from the list; nothing or null clears them."""
    skills = service.check_skills(change.skills)
    repository.change_settings(caller.id, {"skills": skills})
    return json_response({"skills": skills})
