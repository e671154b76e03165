"""Request and response bodies of the profiles endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.domain.password_rules import MAX_LENGTH, MIN_LENGTH
from shared.kit.http.fields import Text
from shared.kit.http.partial_update import PartialUpdate

NAME = Text(max_length=255, blank=True, normalized=True)
PASSWORD = Text(min_length=MIN_LENGTH, max_length=MAX_LENGTH, normalized=True)


class ProfileChange(PartialUpdate):
    model_config = ConfigDict(json_schema_extra={"example": {"first_name": "Aleksandra", "last_name": "Nowak"}})

    first_name: Annotated[str, NAME] = ""
    last_name: Annotated[str, NAME] = ""
    password: Annotated[str, PASSWORD] = ""


class WholeProfile(ProfileChange):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"first_name": "Aleksandra", "last_name": "Nowak", "password": "Zielona!Herbata7"}
        }
    )

    password: Annotated[str, PASSWORD]


class Profile(BaseModel):
    id: UUID
    email: str
    first_name: str
    last_name: str
    profile_image: str
    is_tutor: bool
    created_at: datetime


class Picture(BaseModel):
    profile_image: str
