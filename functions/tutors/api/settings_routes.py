"""Your own settings as a tutor."""

from starlette.responses import Response

from functions.tutors.actions import settings
from functions.tutors.api.responses import (
    Description,
    Details,
    Groups,
    GroupsAfterChange,
    Location,
    Methods,
    Price,
    Skills,
)
from functions.tutors.api.search_routes import details_response
from functions.tutors.data.queries import find_own_details
from functions.tutors.data.settings import get_settings
from functions.tutors.domain.commands import (
    DescriptionChange,
    GroupChange,
    LocationChange,
    MethodChange,
    PriceChange,
    SettingsChange,
    SkillsChange,
)
from functions.tutors.domain.errors import EmptyLocation, LocationTooLong, NegativePrice, PriceTooHigh, UnknownSkill
from shared.domain.auth import CallingTutor, TutorCaller
from shared.kit.db.steps import take_steps
from shared.kit.http.openapi import LEADS_ON, error_responses
from shared.kit.http.partial_update import PartialUpdate
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router

tutor_settings = router("tutor settings").recorded
METHODS = ("online_sessions_available", "in_person_sessions_available")
GROUPS = ("individual_sessions_available", "group_sessions_available")
PRICE_ERRORS = (NegativePrice, PriceTooHigh)
LOCATION_ERRORS = (EmptyLocation, LocationTooLong)


def _change(tutor: CallingTutor, change: PartialUpdate, *names: str) -> Response:
    settings.change_settings(tutor.id, change.changes())
    return _show(tutor, *names)


def _show(tutor: CallingTutor, *names: str) -> Response:
    stored = get_settings(tutor.id)
    return json_response({name: getattr(stored, name) for name in names})


@tutor_settings.get("/api/user/tutor/me/", response_model=Details, responses=LEADS_ON)
def get_own_tutor_details(caller: TutorCaller) -> Response:
    """Get your details as others see them once your account is confirmed, with the same Link header."""
    found = take_steps(find_own_details(caller.tutor_id))
    return details_response(caller.tutor_id, found) if found else raw_json_response("{}")


@tutor_settings.patch(
    "/api/user/tutor/me/", response_model=Details, responses=error_responses(*PRICE_ERRORS, LocationTooLong)
)
def change_tutor_settings(caller: TutorCaller, change: SettingsChange) -> Response:
    """Change any of your settings except skills; an empty string clears the location."""
    settings.change_settings(caller.id, change.changes())
    return get_own_tutor_details(caller)


@tutor_settings.get("/api/user/tutor/description/me/", response_model=Description)
def get_description(caller: TutorCaller) -> Response:
    """Get your description, null until you set it."""
    return _show(caller, "description")


@tutor_settings.patch("/api/user/tutor/description/me/", response_model=Description)
def change_description(caller: TutorCaller, change: DescriptionChange) -> Response:
    """Set your description, or clear it with null."""
    return _change(caller, change, "description")


@tutor_settings.get("/api/user/tutor/price/me/", response_model=Price)
def get_hourly_rate(caller: TutorCaller) -> Response:
    """Get your hourly rate, 0 until you set it."""
    return _show(caller, "price")


@tutor_settings.patch("/api/user/tutor/price/me/", response_model=Price, responses=error_responses(*PRICE_ERRORS))
def change_hourly_rate(caller: TutorCaller, change: PriceChange) -> Response:
    """Set your hourly rate, 0 to 1000000 whole units of your currency."""
    return _change(caller, change, "price")


@tutor_settings.get("/api/user/tutor/location/me/", response_model=Location)
def get_location(caller: TutorCaller) -> Response:
    """Get the location where you teach in person, empty until you set it."""
    return _show(caller, "tutoring_location")


@tutor_settings.patch(
    "/api/user/tutor/location/me/", response_model=Location, responses=error_responses(*LOCATION_ERRORS)
)
def change_location(caller: TutorCaller, change: LocationChange) -> Response:
    """Set the location where you teach in person: 1 to 50 characters."""
    settings.change_location(caller.id, change.changes())
    return _show(caller, "tutoring_location")


@tutor_settings.get("/api/user/tutor/individual_group/me/", response_model=Groups)
def get_session_kinds(caller: TutorCaller) -> Response:
    """Get whether you teach individual students and groups."""
    stored = get_settings(caller.id)
    return json_response({name.removesuffix("_available"): getattr(stored, name) for name in GROUPS})


@tutor_settings.patch("/api/user/tutor/individual_group/me/", response_model=GroupsAfterChange)
def change_session_kinds(caller: TutorCaller, change: GroupChange) -> Response:
    """Set whether you teach individual students, groups or both.

    The answer's field names differ from those of GET, as the frontend expects.
    """
    return _change(caller, change, *GROUPS)


@tutor_settings.get("/api/user/tutor/method_session_availability/me/", response_model=Methods)
def get_session_methods(caller: TutorCaller) -> Response:
    """Get whether you teach online and in person."""
    return _show(caller, *METHODS)


@tutor_settings.patch("/api/user/tutor/method_session_availability/me/", response_model=Methods)
def change_session_methods(caller: TutorCaller, change: MethodChange) -> Response:
    """Set whether you teach online, in person or both."""
    return _change(caller, change, *METHODS)


@tutor_settings.get("/api/user/tutor/skills/me/", response_model=Skills)
def get_skills(caller: TutorCaller) -> Response:
    """Get your skills."""
    return _show(caller, "skills")


@tutor_settings.put("/api/user/tutor/skills/me/", response_model=Skills, responses=error_responses(UnknownSkill))
def replace_skills(caller: TutorCaller, change: SkillsChange) -> Response:
    """Replace your skills, by names from the list; absent or null clears them."""
    return json_response({"skills": settings.replace_skills(caller.id, change.skills)})
