"""OpenAPI texts generated from the code: every refusal with its status and an example of its body."""

from collections.abc import Iterable
from typing import Any

from shared.kit.errors import AppError, FieldErrors, MalformedJson, NotFound, PayloadTooLarge, UnsupportedMediaType

MAX_BIGINT = 2**63 - 1
DESCRIPTIONS = {
    400: "The request is not acceptable",
    401: "Who calls is not known",
    403: "The caller may not do this",
    404: "There is no such thing, or it is none of the caller's business",
    405: "The path does not take this method",
    409: "It conflicts with what is there",
    413: "The body is too large",
    415: "The body is of a type that is not read",
    422: "The same key was used for something else",
    429: "Too many attempts",
    503: "The service is away for a moment",
}


def error_responses(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: its refusals grouped by status, each with its class's body as example."""
    responses: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        response = responses.setdefault(
            error.status,
            {"description": DESCRIPTIONS[error.status], "content": {"application/json": {"examples": {}}}},
        )
        summary = (error.__doc__ or error.__name__).strip().splitlines()[0]
        response["content"]["application/json"]["examples"][error.__name__] = {"summary": summary, "value": error.body}
    return responses


def count_parameter(name: str, most: int) -> dict[str, Any]:
    """The `openapi_extra` of a route that takes a number of things wanted from the query."""
    parameter = {
        "name": name,
        "in": "query",
        "description": f"How many at most; fractions are cut off, more than {most} are never returned.",
        "example": 10,
        "schema": {"type": "number", "minimum": 0},
    }
    return {"parameters": [parameter]}


def path_id(name: str) -> dict[str, Any]:
    """The `openapi_extra` of a direct route with a numeric id in its path."""
    return {"parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}]}


def complete_schema(schema: dict[str, Any], routes: Iterable[Any]) -> dict[str, Any]:
    """Add to a generated OpenAPI schema what holds for whole groups of routes.

    Protected operations get their security and 401, those with a body its 400, 413 and 415; FastAPI's own
    422 goes, because its answers are not ours.
    """
    schema.setdefault("components", {}).setdefault("securitySchemes", {})["bearer"] = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
    }
    for route in routes:
        for method in getattr(route, "methods", ()):
            operation = schema["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete_operation(operation, route)
    _make_bounds_whole(schema)
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"].get("schemas", {}).pop(name, None)
    return schema


def _make_bounds_whole(part: Any) -> None:
    """FastAPI reads bounds as floating-point numbers, which the largest id is too large for."""
    if isinstance(part, dict):
        for name in {"minimum", "maximum"} & part.keys():
            if part.get("type") == "integer" and isinstance(part[name], float):
                part[name] = min(int(part[name]), MAX_BIGINT)
    if isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            _make_bounds_whole(each)


def _complete_operation(operation: dict[str, Any], route: Any) -> None:
    if 422 not in route.responses:
        operation["responses"].pop("422", None)
    guards = [each.call for each in route.dependant.dependencies if getattr(each.call, "is_guard", False)]
    if guards:
        operation["security"] = [{"bearer": []}]
        _add(operation, error_responses(*guards[0].refusals))
    if route.param_convertors:
        _add(operation, error_responses(NotFound))
    if route.body_field is not None:
        operation["requestBody"]["required"] = True
        _add(operation, error_responses(FieldErrors, MalformedJson, NotFound, PayloadTooLarge, UnsupportedMediaType))


def _add(operation: dict[str, Any], responses: dict[int | str, dict[str, Any]]) -> None:
    """Merge responses into an operation, example by example."""
    for status, response in responses.items():
        known = operation["responses"].setdefault(str(status), response)
        content = known.setdefault("content", {}).setdefault("application/json", {})
        examples = response["content"]["application/json"]["examples"]
        content["examples"] = {**examples, **content.get("examples", {})}
