"""Request and response bodies of the accounts endpoints."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationInfo, WithJsonSchema, field_validator
from pydantic.json_schema import SkipJsonSchema

from shared.domain.email_complaints import email_complaints, new_email_complaints
from shared.domain.field_types import Name
from shared.domain.password_rules import MAX_LENGTH, MIN_LENGTH
from shared.domain.platform_settings import platform_settings
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import NOT_EMAIL, Flag, Text, invalid
from shared.kit.http.request_models import RequestModel

TUTOR_DOMAIN = "Email must end with {} for tutors"


def tutor_email_complaints(email: str) -> list[str]:
    """Tutors have an address of a university."""
    domains = platform_settings().tutor_email_domains
    at_university = email.lower().endswith(tuple(domain.lower() for domain in domains))
    return [] if at_university else [TUTOR_DOMAIN.format(" or ".join(domains))]


EmailText = Annotated[str, Text(max_length=255, normalized=True, checks=(email_complaints,))]
RegistrationEmail = Annotated[
    str, Text(max_length=255, normalized=True, checks=(new_email_complaints,), wrong_type=NOT_EMAIL)
]


class Registration(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "email": "ola@example.com",
                "password": "Zielona!Herbata7",
                "first_name": "Ola",
                "last_name": "Nowak",
                "is_tutor": False,
            }
        }
    )

    # The contract applies the tutors' domain rule to what counts as true in Python, before the type is checked.
    is_tutor_as_sent: SkipJsonSchema[Any] = Field(default=False, validation_alias="is_tutor")
    email: RegistrationEmail
    password: Annotated[str, Text(min_length=MIN_LENGTH, max_length=MAX_LENGTH, normalized=True)]
    first_name: Name = ""
    last_name: Name = ""
    is_tutor: Annotated[bool, Flag()] = False

    @field_validator("email")
    @classmethod
    def tutors_have_a_university_address(cls, email: str, info: ValidationInfo) -> str:
        if info.data["is_tutor_as_sent"] and (complaints := tutor_email_complaints(email)):
            raise invalid(*complaints)
        return email


class EmailAddress(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"email": "ola@example.com"}})

    email: EmailText


class AddressToConfirm(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"email": "ola@example.com"}})

    email: EmailText


class MailedToken(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"token": "5f2c…"}})

    token: Annotated[str, Text()]


class ConfirmationToken(BaseModel):
    """The contract has its own error for a missing token, which comes before checks of its type."""

    model_config = ConfigDict(json_schema_extra={"example": {"token": "5f2c…"}})

    token: Annotated[Any, WithJsonSchema({"type": "string"})] = None


class NewPassword(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"token": "5f2c…", "password": "Zielona!Herbata7"}})

    token: Annotated[str, Text()]
    password: Annotated[str, Text(max_length=MAX_LENGTH, normalized=True)]


class Export(BaseModel):
    """A page of everything kept about an account."""

    account: dict[str, Any] | None
    tutor: dict[str, Any] | None
    booking_terms: dict[str, Any] | None
    sessions: list[dict[str, Any]]
    identities: list[dict[str, Any]]
    second_factors: list[dict[str, Any]]
    email_changes: list[dict[str, Any]]
    push_subscriptions: list[dict[str, Any]]
    schedule: list[dict[str, Any]]
    ratings_given: list[dict[str, Any]]
    ratings_received: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    reactions: list[dict[str, Any]]
    hidden_messages: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    weekly_hours: list[dict[str, Any]]
    hours_overrides: list[dict[str, Any]]
    bookings: list[dict[str, Any]]
    bookings_as_tutor: list[dict[str, Any]]
    waitlist: list[dict[str, Any]]
    notifications: list[dict[str, Any]]
    announcements: list[dict[str, Any]]
    issues: list[dict[str, Any]]
    issue_answers: list[dict[str, Any]]
    review_reports: list[dict[str, Any]]
    reports: list[dict[str, Any]]
    blocked_people: list[dict[str, Any]]
    conversation_settings: list[dict[str, Any]]
    move_proposals: list[dict[str, Any]]
    booking_changes: list[dict[str, Any]]


class Status(BaseModel):
    status: str
