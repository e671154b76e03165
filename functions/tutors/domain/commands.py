"""Request bodies for tutors' settings."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from shared.kit.http import fields
from shared.kit.http.fields import Flag, Text, Whole, invalid
from shared.kit.http.partial_update import PartialUpdate
from shared.kit.http.request_models import RecordedRequestModel
from shared.kit.text import one_form

HOURLY_RATE = Field(description="Whole units of the currency per hour, 0 to 1000000.")
MAX_LOCATION = 50
MAX_DESCRIPTION = 20_000
DESCRIPTION = Text(max_length=MAX_DESCRIPTION, blank=True, null=True, visible=True, normalized=True)


class DescriptionChange(PartialUpdate):
    model_config = ConfigDict(json_schema_extra={"example": {"description": "Uczę fizyki od dziesięciu lat."}})

    description: Annotated[str | None, DESCRIPTION] = None


class SettingsChange(PartialUpdate):
    """Any of your settings except skills; absent fields stay as they are."""

    model_config = ConfigDict(json_schema_extra={"example": {"price": 80, "online_sessions_available": True}})

    description: Annotated[str | None, DESCRIPTION] = None
    price: Annotated[int, HOURLY_RATE, Whole()] = 0
    tutoring_location: Annotated[str, Text(max_length=100, blank=True, visible=True, normalized=True)] = ""
    online_sessions_available: Annotated[bool, Flag()] = False
    in_person_sessions_available: Annotated[bool, Flag()] = False
    individual_sessions_available: Annotated[bool, Flag()] = False
    group_sessions_available: Annotated[bool, Flag()] = False


class PriceChange(PartialUpdate):
    model_config = ConfigDict(json_schema_extra={"example": {"price": 75}})

    price: Annotated[int, HOURLY_RATE, Whole()]


class LocationChange(PartialUpdate):
    model_config = ConfigDict(json_schema_extra={"example": {"tutoring_location": "Rzeszów"}})

    tutoring_location: Annotated[str, Text(max_length=100, blank=True, visible=True, normalized=True)]


class GroupChange(PartialUpdate):
    model_config = ConfigDict(json_schema_extra={"example": {"group_sessions_available": True}})

    individual_sessions_available: Annotated[bool, Flag()] = False
    group_sessions_available: Annotated[bool, Flag()] = False


class MethodChange(PartialUpdate):
    model_config = ConfigDict(json_schema_extra={"example": {"online_sessions_available": True}})

    online_sessions_available: Annotated[bool, Flag()] = False
    in_person_sessions_available: Annotated[bool, Flag()] = False


def a_list_or_nothing(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(fields.not_a("list", value))
    return [one_form(each) if isinstance(each, str) else each for each in value]


class SkillsChange(RecordedRequestModel):
    """All your skills, as names from the list; absent or null clears them."""

    model_config = ConfigDict(json_schema_extra={"example": {"skills": ["Fizyka", "Matematyka"]}})

    skills: Annotated[list[Annotated[Any, WithJsonSchema({"type": "string"})]], BeforeValidator(a_list_or_nothing)] = []
