"""Request and response bodies of the reviews endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, field_validator

from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import Text, Whole, invalid
from shared.kit.http.partial_update import PartialUpdate
from shared.kit.http.request_models import RequestModel
from shared.kit.http.response_models import Page

MAX_RATING_NUMBER = 32_767
MAX_REVIEW = 5_000
MAX_REASON = 1_000
OUT_OF_SCALE = "Rating must be between 1 and 5"

STARS = "Stars, 1 to 5."
Stars = Annotated[int, Field(description=STARS)]


class _Stars(BaseModel):
    rating: Annotated[
        int, Whole(maximum=MAX_RATING_NUMBER, minimum=-MAX_RATING_NUMBER - 1), Field(description=STARS)
    ] = 5

    @field_validator("rating")
    @classmethod
    def one_to_five(cls, rating: int) -> int:
        if not 1 <= rating <= 5:
            raise invalid(OUT_OF_SCALE)
        return rating


class NewRating(_Stars):
    model_config = ConfigDict(json_schema_extra={"example": {"rating": 5, "review": "Świetnie tłumaczy."}})

    review: Annotated[str, Text(max_length=MAX_REVIEW, visible=True)]


class EditedRating(_Stars, PartialUpdate, RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"rating": 4}})

    review: Annotated[str, Text(max_length=MAX_REVIEW, visible=True)] = ""


class NewReply(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"reply": "Dziękuję za miłe słowa!"}})

    reply: Annotated[str, Text(max_length=MAX_REVIEW, visible=True)]


class NewReport(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "Opinia obraża."}})

    reason: Annotated[str, Text(max_length=MAX_REASON, visible=True)]


class Rating(BaseModel):
    rating: Stars
    review: str
    created_at: datetime


class RatingOfTutor(Rating):
    tutor_id: str


class OwnRatings(BaseModel):
    ratings: list[RatingOfTutor]


class Review(BaseModel):
    """A review as everybody sees it; `verified` if the student had a completed session with the tutor.

    In public lists the student's last name is an initial, unless the platform is set up otherwise.
    """

    id: int
    rating: Stars
    review: str
    created_at: datetime
    edited_at: datetime | None
    student_first_name: str
    student_last_name: str
    verified: bool
    reply: str | None
    replied_at: datetime | None


class BestReview(Review):
    tutor_id: int


class ReviewPage(Page):
    avg_rating: Annotated[str, Field(description="The mean of all, in stars, with one decimal.")]
    verified_rating: Annotated[
        str | None, Field(description="The mean of the verified ones, by which search ranks tutors.")
    ]
    verified_count: Annotated[int, Field(description="The number of verified reviews on all pages.")]
    results: list[Review]


class Report(BaseModel):
    reason: str
    created_at: datetime


class ReportedReview(BaseModel):
    """A review with its open reports, the first twenty of `report_count`."""

    id: int
    tutor_id: int
    rating: Stars
    review: str
    created_at: datetime
    edited_at: datetime | None
    hidden: bool
    reply: str | None
    student_first_name: str
    student_last_name: str
    report_count: int
    reports: list[Report]


class ReportedPage(Page):
    results: list[ReportedReview]


class StaffMember(BaseModel):
    id: UUID
    first_name: str
    last_name: str


class HiddenReview(BaseModel):
    """A hidden review. Who hid it is null if that was not recorded yet or their account is deleted."""

    id: int
    tutor_id: int
    rating: Stars
    review: str
    created_at: datetime
    edited_at: datetime | None
    verified: bool
    reply: str | None
    student_first_name: str
    student_last_name: str
    hidden_at: datetime
    hidden_by: StaffMember | None


class HiddenPage(Page):
    results: list[HiddenReview]
