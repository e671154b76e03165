"""Request and response bodies of the staff desk."""

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import Field

from shared.data.staff_actions import Action
from shared.domain.field_types import Id, choice
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import TOO_SHORT, Text
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.response_models import Page

# With fewer characters the index of names and addresses cannot be used: all rows would be scanned.
MIN_SEARCH, MAX_SEARCH = 3, 200


def length_complaints(text: str) -> list[str]:
    return [TOO_SHORT.format(MIN_SEARCH)] if 0 < len(text) < MIN_SEARCH else []


class PeopleQuery(PageQuery):
    q: Annotated[
        str,
        Text(max_length=MAX_SEARCH, blank=True, normalized=True, checks=(length_complaints,)),
        Field(
            description="At least three characters of the name or address, ignoring case and accents; or the whole id."
        ),
    ] = ""
    only: Annotated[
        Literal["tutors", "staff", "suspended"] | None,
        choice("tutors", "staff", "suspended"),
        Field(description="Of these only."),
    ] = None


class FoundPerson(BaseModel):
    id: UUID
    email: str
    first_name: str
    last_name: str
    tutor: Annotated[int | None, Field(description="The tutor's number; null for other people.")]
    is_staff: bool
    confirmed: bool
    has_second_factor: bool
    created_at: datetime
    suspended_at: datetime | None


class PeoplePage(Page):
    results: list[FoundPerson]


class PersonDetails(FoundPerson):
    language: str
    time_zone: str | None
    devices: Annotated[int, Field(description="The number of signed-in devices.")]
    last_used_at: Annotated[datetime | None, Field(description="When one of them last got a new access token.")]
    coming_sessions: Annotated[int, Field(description="The number of upcoming bookings, as a student or a tutor.")]
    open_reports: Annotated[
        int, Field(description="The number of open reports about this person or something they wrote.")
    ]
    all_reports: Annotated[int, Field(description="The same, including decided ones.")]


class ActionsQuery(PageQuery):
    actor: Annotated[Id | None, Field(description="Only by this member of staff.")] = None
    person: Annotated[Id | None, Field(description="Only actions on this person or on something of theirs.")] = None
    action: Annotated[Action | None, choice(*get_args(Action)), Field(description="Only actions of this kind.")] = None


class NamedAccount(BaseModel):
    """An account; the fields but `id` are null once it is deleted."""

    id: UUID
    email: str | None
    first_name: str | None
    last_name: str | None


class StaffAction(BaseModel):
    id: int
    at: datetime
    action: Action
    actor: Annotated[NamedAccount | None, Field(description="Who took the action; null for the operator.")]
    person: Annotated[
        NamedAccount | None, Field(description="The person whose account, or something of theirs, was acted on.")
    ]
    subject: Annotated[str, Field(description='What was acted on, such as "review 7"; empty for the account itself.')]
    reason: Annotated[str, Field(description="The reason; empty if none was required.")]


class StaffActionPage(Page):
    results: list[StaffAction]
