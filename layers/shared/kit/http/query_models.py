"""Query strings as pydantic models: parsed, validated and described by one class.

    class PageQuery(QueryModel):
        p: Annotated[int, Whole(minimum=1), Field(description="The page, counting from 1.")] = 1

    @notifications.get("/api/notification/list/")
    def list_notifications(caller: User, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response: ...

    @reviews.fast_get("/api/user/tutor/reviews/{tutor_id:int32}/", query=PageQuery)
    def list_reviews(request: Request) -> Response:
        query = PageQuery.read(request.scope["query_string"])

The last value of a repeated parameter counts, unless its field is a list; an empty parameter counts as absent. Errors
are those of bodies: 400 {"field": ["message"]}. An unknown parameter is 400 `unknown_field`, which suggests the nearest
known one; recorded endpoints ignore it (RecordedQueryModel).
"""

from functools import cache
from typing import Any, Self, get_args, get_origin

from pydantic import ConfigDict, ValidationError
from starlette.requests import Request

from shared.kit.errors import UnknownField
from shared.kit.http.fastapi import BaseModel, Depends
from shared.kit.http.query_string import parse_query
from shared.kit.http.request_models import known_names, validation_error


class RecordedQueryModel(BaseModel):
    """The query string of a recorded endpoint: unknown parameters are ignored."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def read(cls, query: bytes) -> Self:
        """Read a raw query string. Raises FieldErrors for all invalid parameters at once, and UnknownField."""
        return cls.from_parameters(parse_query(query, repeatable=_list_names(cls)))

    @classmethod
    def from_parameters(cls, parameters: dict[str, list[str]]) -> Self:
        """Read parameters that are already split into names and values."""
        lists = _list_names(cls)
        given = {
            name: values if name in lists else values[0]
            for name, values in parameters.items()
            if values[0] or name in lists
        }
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise validation_error(error.errors(include_url=False), cls) from None


class QueryModel(RecordedQueryModel):
    """The query string of an endpoint of our own."""

    model_config = ConfigDict(extra="forbid")


class NoQuery(QueryModel):
    """An endpoint of our own without parameters."""


@cache
def _list_names(model: type[BaseModel]) -> frozenset[str]:
    fields = model.model_fields.items()
    return frozenset(field.alias or name for name, field in fields if _is_list(field.annotation))


def _is_list(annotation: Any) -> bool:
    return list in {annotation, get_origin(annotation)} or any(_is_list(part) for part in get_args(annotation))


class FromQuery:
    """The dependency that reads a route's query string; asynchronous, so that it needs no thread."""

    def __init__(self, model: type[RecordedQueryModel]) -> None:
        self.model = model

    def read(self, request: Request) -> RecordedQueryModel:
        return self.model.read(request.scope["query_string"])

    async def __call__(self, request: Request) -> RecordedQueryModel:
        return self.read(request)


def from_query(model: type[RecordedQueryModel]) -> Any:
    """Mark the endpoint parameter that is read from the query string."""
    return Depends(FromQuery(model))


def refuse_unknown(query: bytes, model: type[BaseModel] = NoQuery) -> None:
    """Raises UnknownField for a query parameter that the model does not have."""
    if not query:
        return
    known = known_names(model)
    for name in parse_query(query):
        if name not in known:
            raise UnknownField(name, known)


def query_parameters(model: type[RecordedQueryModel]) -> list[dict[str, Any]]:
    """Describe a query model as OpenAPI parameters."""
    schema = model.model_json_schema()
    required = schema.get("required", ())
    return [_parameter(name, field, required=name in required) for name, field in schema["properties"].items()]


def _parameter(name: str, field: dict[str, Any], *, required: bool) -> dict[str, Any]:
    parameter: dict[str, Any] = {"name": name, "in": "query", "required": required}
    parameter |= {key: field.pop(key) for key in ("description", "deprecated", "example") if key in field}
    choices = [each for each in field.pop("anyOf", []) if each != {"type": "null"}]
    shape = {key: value for key, value in field.items() if key != "title" and (key, value) != ("default", None)}
    return {**parameter, "schema": {**(choices[0] if choices else {}), **shape}}
