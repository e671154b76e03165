"""Request and response bodies of the profiles endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.domain.field_types import Name, Zone, choice
from shared.domain.password_rules import MAX_LENGTH, MIN_LENGTH
from shared.domain.tutor_completeness import Missing
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import Text
from shared.kit.http.partial_update import PartialUpdate
from shared.kit.http.request_models import RequestModel
from shared.texts import Language

PASSWORD = Text(min_length=MIN_LENGTH, max_length=MAX_LENGTH, normalized=True)


class ProfileChange(PartialUpdate):
    model_config = ConfigDict(json_schema_extra={"example": {"first_name": "Aleksandra", "last_name": "Nowak"}})

    first_name: Name = ""
    last_name: Name = ""
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


class MeChange(PartialUpdate, RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"time_zone": "Europe/London", "language": "en"}})

    first_name: Name = ""
    last_name: Name = ""
    time_zone: Zone | None = None
    language: Annotated[Language, choice("pl", "en")] = "pl"


class Me(Profile):
    """Your account; fields beyond the profile are shown to nobody else."""

    tutor_id: Annotated[int | None, Field(description="Your number as a tutor.")]
    is_staff: bool
    time_zone: Annotated[str, Field(description="IANA name; times in your mails are in this zone.")]
    language: Annotated[Language, Field(description="The language of your mails and notifications.")]
    currency: Annotated[str, Field(description="ISO 4217; the currency of all prices.")]
    mail_bounced_at: Annotated[
        datetime | None,
        Field(
            description="Since when mails to your address bounce, null if they do not. While they do, only links to"
            " confirm and to reset are sent: once your mailbox accepts mails, request a password reset and use"
            " the link."
        ),
    ]
    missing: Annotated[
        list[Missing], Field(description="What you must still set, as a tutor, to be listed and booked.")
    ]


class Picture(BaseModel):
    profile_image: str
