"""Request and response bodies of the reviews endpoints."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, field_validator

from shared.kit.fields import Text, Whole, invalid

MAX_RATING_NUMBER = 32_767
MAX_REVIEW = 5_000
OUT_OF_SCALE = "Rating must be between 1 and 5"


class NewRating(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"rating": 5, "review": "Świetnie tłumaczy."}})

    rating: Annotated[int, Whole(maximum=MAX_RATING_NUMBER, minimum=-MAX_RATING_NUMBER - 1)] = 5
    review: Annotated[str, Text(max_length=MAX_REVIEW)]

    @field_validator("rating")
    @classmethod
    def one_to_five(cls, rating: int) -> int:
        if not 1 <= rating <= 5:
            raise invalid(OUT_OF_SCALE)
        return rating


class Rating(BaseModel):
    rating: int
    review: str
    created_at: str


class RatingOfTutor(Rating):
    tutor_id: str


class OwnRatings(BaseModel):
    ratings: list[RatingOfTutor]


class Info(BaseModel):
    Info: str
