"""Response bodies of the tutors endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.kit.http.fastapi import BaseModel
from shared.kit.http.response_models import Page

HourlyRate = Annotated[int, Field(description="Whole units of the currency per hour.")]
AverageRating = Annotated[str, Field(description="0.0 to 5.0, with one decimal.")]


class TutorItem(BaseModel):
    id: int
    first_name: str
    last_name: str
    profile_image: str
    description: str | None
    price: HourlyRate
    avg_rating: AverageRating
    skills: list[str]
    online_sessions_available: bool
    in_person_sessions_available: bool
    tutoring_location: str
    individual_sessions_available: bool
    group_sessions_available: bool


class TutorPage(Page):
    results: list[TutorItem]


class TutorRating(BaseModel):
    rating: Annotated[int, Field(description="Stars, 1 to 5.")]
    review: str
    created_at: datetime
    student_first_name: str
    student_last_name: str


class ScheduleItem(BaseModel):
    start_time: datetime
    end_time: datetime


class Details(BaseModel):
    user_id: UUID
    first_name: str
    last_name: str
    profile_image: str
    description: str | None
    skills: list[str]
    avg_rating: AverageRating
    price: HourlyRate
    tutor_ratings: list[TutorRating]
    tutor_schedule_items: list[ScheduleItem]
    online_sessions_available: bool
    in_person_sessions_available: bool
    tutoring_location: str
    individual_sessions_available: bool
    group_sessions_available: bool


class OverviewItem(ScheduleItem):
    """A schedule item, and whether any of it is booked."""

    id: int
    is_reserved: bool


class Overview(BaseModel):
    user_id: UUID
    first_name: str
    last_name: str
    profile_image: str
    description: str | None
    skills: list[str]
    avg_rating: AverageRating
    price: HourlyRate
    tutor_schedule_items: list[OverviewItem]
    online_sessions_available: bool
    in_person_sessions_available: bool
    tutoring_location: str
    individual_sessions_available: bool
    group_sessions_available: bool


class Skill(BaseModel):
    skill: str


class Facets(BaseModel):
    """Counts of tutors, largest first; `complete` is false if only the best were counted."""

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
    price: HourlyRate


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
