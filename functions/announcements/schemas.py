"""Request and response bodies of announcements."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from shared.domain.field_types import choice
from shared.kit.db.integers import MAX_INT32
from shared.kit.http import fields
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import Text, Whole, invalid
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.partial_update import PartialUpdate
from shared.kit.http.request_models import RequestModel
from shared.kit.http.response_models import Page

MAX_TITLE, MAX_DESCRIPTION = 200, 5_000
MAX_TAGS, MAX_TAG = 50, 100
TOO_MANY = f"Limit of tags is {MAX_TAGS}"
TAG = Text(max_length=MAX_TAG, blank=True, visible=True, normalized=True)
TAGS: dict[str, Any] = {
    "type": "array",
    "description": "Blank and repeated ones are dropped.",
    "items": {
        "type": "object",
        "properties": {"name": {"type": "string", "maxLength": MAX_TAG}},
        "required": ["name"],
    },
    "maxItems": MAX_TAGS,
}
EXAMPLE: dict[str, Any] = {
    "title": "Kurs maturalny",
    "description": "Od stycznia, w soboty.",
    "tags": [{"name": "matura"}],
}


def read_tags(value: Any) -> list[str]:
    """The names in [{"name": text}, ...], without repetitions; complaints are listed in the order of the tags."""
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, list):
        raise invalid(fields.not_a("list", value))
    if len(value) > MAX_TAGS:
        raise invalid(TOO_MANY)
    if any(complaints := [_complaint(each) for each in value]):
        raise invalid(*complaints)
    names = [name for each in value if (name := TAG.clean(each["name"]))]
    return list({name.casefold(): name for name in reversed(names)}.values())[::-1]


def _complaint(tag: Any) -> dict[str, list[Any]]:
    if not isinstance(tag, dict):
        return {"non_field_errors": [fields.not_a("dict", tag)]}
    if "name" not in tag:
        return {"name": [fields.REQUIRED]}
    try:
        TAG.clean(tag["name"])
    except PydanticCustomError as error:
        return {"name": [*(error.context or {})["messages"]]}
    return {}


Tags = Annotated[list[str], BeforeValidator(read_tags), WithJsonSchema(TAGS)]


class NewAnnouncement(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    title: Annotated[str, Text(max_length=MAX_TITLE, visible=True, normalized=True)]
    description: Annotated[str, Text(max_length=MAX_DESCRIPTION, visible=True)]
    tags: Tags = []


class AnnouncementChange(PartialUpdate, RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"title": EXAMPLE["title"]}})

    title: Annotated[str, Text(max_length=MAX_TITLE, visible=True, normalized=True)] = ""
    description: Annotated[str, Text(max_length=MAX_DESCRIPTION, visible=True)] = ""
    tags: Tags = []


class AnnouncementsQuery(PageQuery):
    tag: Annotated[
        str, Text(max_length=MAX_TAG, blank=True), Field(description="Only with this tag; case does not matter.")
    ] = ""
    tutor: Annotated[
        int | None, Whole(minimum=0, maximum=MAX_INT32), Field(description="Only by the tutor with this id.")
    ] = None


class AnnouncementsForStaffQuery(PageQuery):
    only: Annotated[
        Literal["hidden", "visible"] | None, choice("hidden", "visible"), Field(description="Of these only.")
    ] = None
    tutor: Annotated[
        int | None, Whole(minimum=0, maximum=MAX_INT32), Field(description="Only by the tutor with this id.")
    ] = None


class TutorOfAnnouncement(BaseModel):
    id: int
    first_name: str
    last_name: str
    profile_image: str


class Tag(BaseModel):
    name: str


class Announcement(BaseModel):
    id: int
    tutor: TutorOfAnnouncement
    tags: list[Tag]
    title: str
    description: str
    created_at: datetime
    edited_at: datetime | None


class AnnouncementPage(Page):
    results: list[Announcement]


class OwnAnnouncement(Announcement):
    hidden: Annotated[bool, Field(description="Whether staff have hidden it from everybody else.")]


class OwnAnnouncementPage(Page):
    results: list[OwnAnnouncement]
