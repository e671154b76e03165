"""Base classes of request bodies and query strings, and the errors of invalid ones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import ConfigDict

from shared.kit.errors import AppError, FieldErrors, UnknownField
from shared.kit.http import fields
from shared.kit.http.fastapi import BaseModel


class RequestModel(BaseModel):
    """A body of one of our own endpoints: an unknown field is 400 `unknown_field`."""

    model_config = ConfigDict(extra="forbid")


class RecordedRequestModel(BaseModel):
    """A body of a recorded endpoint: by the contract, unknown fields are ignored."""


def validation_error(problems: Sequence[Mapping[str, Any]], model: Any = None) -> AppError:
    """Turn pydantic's errors about a model into ours: {"field": ["message", ...]}, or `unknown_field`.

    Each error's `loc` begins with the field. A model's `body_error_key` names the key of complaints about the whole
    body.
    """
    errors: dict[str, list[str]] = {}
    for problem in problems:
        *path, name = problem["loc"] or (None,)
        if problem["type"] == "extra_forbidden":
            return UnknownField(str(name), known_names(model, path))
        if name is None:
            return not_an_object(problem.get("input"), getattr(model, "body_error_key", None))
        errors.setdefault(_key(problem["loc"]), []).extend(_messages(problem))
    return FieldErrors(errors)


def _key(location: Sequence[Any]) -> str:
    """The field or, inside a list of objects, the row and its field: `hours[2].start`."""
    name, *inside = location
    if not inside or not isinstance(inside[0], int):
        return str(name)
    return str(name) + "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in inside)


def known_names(model: Any, path: Sequence[Any] = ()) -> list[str]:
    """The names of a model's fields, or of the model inside it at `path`."""
    for step in path:
        if isinstance(step, str):
            annotations = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            model = next(_models(annotations[step]))
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _messages(problem: Mapping[str, Any]) -> list[str]:
    if problem["type"] == "complaints":
        return list(problem["ctx"]["messages"])
    # Pydantic's own messages are not used: fields report errors in `clean`.
    return [fields.REQUIRED if problem["type"] == "missing" else fields.NOT_VALID]


def not_an_object(value: object, key: str | None = None) -> FieldErrors:
    """The error for a JSON body that is not an object."""
    message = "No data provided" if value is None else fields.not_a("dict", value)
    return FieldErrors({key: message} if key else {"non_field_errors": [message]})
