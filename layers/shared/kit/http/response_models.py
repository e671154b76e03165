"""Response bodies of several endpoints, for the API description: the actual responses are written as JSON text."""

from typing import Annotated, Any, TypeVar

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from shared.kit.http.fastapi import BaseModel

T = TypeVar("T")


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


# A key that may be missing, and is never null: `seq: MayBeMissing[int] = None`.
MayBeMissing = Annotated[T | SkipJsonSchema[None], Field(json_schema_extra=_without_default)]


class Detail(BaseModel):
    """It is done."""

    detail: Annotated[str, Field(description="A message for people.")]


class Info(BaseModel):
    """The request succeeded; a recorded answer."""

    Info: Annotated[str, Field(description="A message for people.")]


class Page(BaseModel):
    """A page of a list; pages add their `results`."""

    count: Annotated[int, Field(description="The number of items on all pages.")]
    next: Annotated[str | None, Field(description="The path of the next page, null on the last.")]
    previous: Annotated[str | None, Field(description="The path of the previous page, null on the first.")]
