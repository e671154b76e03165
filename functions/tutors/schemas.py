"""Request and response bodies of the tutors endpoints."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from shared.kit.http import fields
from shared.kit.http.fields import Flag, Text, Whole, invalid
from shared.kit.http.partial_update import PartialUpdate

MAX_PRICE = 1_000_000
MAX_LOCATION = 50
MAX_DESCRIPTION = 20_000


class DescriptionChange(PartialUpdate):
    model_config = ConfigDict(json_schema_extra={"example": {"description": "Uczę fizyki od dziesięciu lat."}})

    description: Annotated[str | None, Text(max_length=MAX_DESCRIPTION, blank=True, null=True)] = None


class SettingsChange(PartialUpdate):
    """Everything a tutor sets but the skills."""

    model_config = ConfigDict(json_schema_extra={"example": {"price": 80, "online_sessions_available": True}})

    description: Annotated[str | None, Text(max_length=MAX_DESCRIPTION, blank=True, null=True)] = None
    price: Annotated[int, Whole()] = 0
    tutoring_location: Annotated[str, Text(max_length=100, blank=True)] = ""
    online_sessions_available: Annotated[bool, Flag()] = False
    in_person_sessions_available: Annotated[bool, Flag()] = False
    individual_sessions_available: Annotated[bool, Flag()] = False
    group_sessions_available: Annotated[bool, Flag()] = False


class PriceChange(PartialUpdate):
    model_config = ConfigDict(json_schema_extra={"example": {"price": 75}})

    price: Annotated[int, Whole()]


class LocationChange(PartialUpdate):
    model_config = ConfigDict(json_schema_extra={"example": {"tutoring_location": "Rzeszów"}})

    tutoring_location: Annotated[str, Text(max_length=100, blank=True)]


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
    return value


class SkillsChange(BaseModel):
    """Names from the list of skills, replacing all; absent or null clears them."""

    model_config = ConfigDict(json_schema_extra={"example": {"skills": ["Fizyka", "Matematyka"]}})

    skills: Annotated[list[Any], BeforeValidator(a_list_or_nothing)] = []


class TutorItem(BaseModel):
    id: int
    first_name: str
    last_name: str
    profile_image: str
    description: str | None
    price: int
    avg_rating: str
    skills: list[str]
    online_sessions_available: bool
    in_person_sessions_available: bool
    tutoring_location: str
    individual_sessions_available: bool
    group_sessions_available: bool


class TutorRating(BaseModel):
    rating: int
    review: str
    created_at: datetime
    student_first_name: str
    student_last_name: str


class ScheduleItem(BaseModel):
    start_time: datetime
    end_time: datetime


class Details(BaseModel):
    user_id: str
    first_name: str
    last_name: str
    profile_image: str
    description: str | None
    skills: list[str]
    avg_rating: str
    price: int
    tutor_ratings: list[TutorRating]
    tutor_schedule_items: list[ScheduleItem]
    online_sessions_available: bool
    in_person_sessions_available: bool
    tutoring_location: str
    individual_sessions_available: bool
    group_sessions_available: bool


class Skill(BaseModel):
    skill: str


class Facets(BaseModel):
    """Numbers of tutors, the largest first; not `complete` if only the best were counted."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"complete": True, "skills": {"Matematyka": 12, "Fizyka": 5}, "locations": {"Rzeszów": 9}}
        }
    )

    complete: bool
    skills: dict[str, int]
    locations: dict[str, int]


class Description(BaseModel):
    description: str | None


class Price(BaseModel):
    price: int


class Location(BaseModel):
    tutoring_location: str


class Groups(BaseModel):
    individual_sessions: bool
    group_sessions: bool


class GroupsAfterChange(BaseModel):
    individual_sessions_available: bool
    group_sessions_available: bool


class Methods(BaseModel):
    online_sessions_available: bool
    in_person_sessions_available: bool


class Skills(BaseModel):
    skills: list[str]
