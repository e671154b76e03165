"""The OpenAPI description of routes: FastAPI's, completed with what applies to whole groups of them.

No handler imports it.
"""

from collections.abc import Iterable
from typing import Any

from shared.kit.db.integers import MAX_INT64
from shared.kit.errors import (
    FieldErrors,
    MalformedJson,
    NotFound,
    PayloadTooLarge,
    UnknownField,
    UnsupportedMediaType,
)
from shared.kit.http.error_schemas import describe_errors
from shared.kit.http.fast_routes import FastRoute
from shared.kit.http.guards import guards_of
from shared.kit.http.openapi import RETRY_AFTER, error_responses
from shared.kit.http.path_convertors import IntegerConvertor
from shared.kit.http.query_models import query_parameters
from shared.kit.http.routing import ApiRoute

BODY_ERRORS = (MalformedJson, PayloadTooLarge, UnsupportedMediaType)


def complete_schema(
    schema: dict[str, Any], routes: Iterable[ApiRoute | FastRoute], security: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Add to a generated OpenAPI schema what applies to whole groups of routes.

    Protected operations get their 401 and any of the `security` schemes, those with a body its 400, 413 and 415, and
    every error its schema; FastAPI's own 422 goes, because its responses are not ours.
    """
    schema.setdefault("components", {})["securitySchemes"] = security
    for route in routes:
        for method in route.methods or ():
            operation = schema["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete_operation(operation, route, security)
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"].get("schemas", {}).pop(name, None)
    describe_errors(schema)
    for model in schema["components"]["schemas"].values():
        _restore_nulls(model)
    _make_bounds_whole(schema)
    return schema


def _restore_nulls(model: dict[str, Any]) -> None:
    """Restore nulls, which FastAPI leaves out, even in examples."""
    if isinstance(model.get("example"), dict):
        model["example"] |= {name: None for name in model.get("required", []) if name not in model["example"]}


def _make_bounds_whole(part: Any) -> None:
    """Turn bounds into integers: FastAPI makes them floating-point numbers, which cannot represent the largest id."""
    if isinstance(part, dict):
        for name in {"minimum", "maximum"} & part.keys():
            if part.get("type") == "integer" and isinstance(part[name], float):
                part[name] = min(int(part[name]), MAX_INT64)
    if isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            _make_bounds_whole(each)


def _complete_operation(operation: dict[str, Any], route: ApiRoute | FastRoute, security: Iterable[str]) -> None:
    if 422 not in route.responses:
        operation["responses"].pop("422", None)
    _complete_parameters(operation, route)
    guards = guards_of(route)
    operation["security"] = [{name: []} for name in security] if guards else []
    if guards:
        _add(operation, error_responses(*guards[0].errors))
    if route.param_convertors:
        _add(operation, error_responses(NotFound))
    if route.body_field is not None:
        operation["requestBody"]["required"] = True
        strict = getattr(route.body_field.field_info.annotation, "model_config", {}).get("extra") == "forbid"
        _add(operation, error_responses(FieldErrors, *BODY_ERRORS, *([UnknownField] if strict else [])))
    elif isinstance(route, ApiRoute) and route.refuses_bodies:
        _add(operation, error_responses(*BODY_ERRORS, UnknownField))
    if throttled := operation["responses"].get("429"):
        throttled["headers"] = {"Retry-After": RETRY_AFTER}


def _complete_parameters(operation: dict[str, Any], route: ApiRoute | FastRoute) -> None:
    """Describe path parameters as their convertors read them, and query parameters as their model does."""
    described = {each["name"]: each for each in operation.pop("parameters", [])}
    for name, convertor in route.param_convertors.items():
        known = described.setdefault(name, {"name": name, "in": "path", "required": True, "schema": {}})
        if isinstance(convertor, IntegerConvertor):
            known["schema"] = convertor.schema()
    if route.query_model is not None:
        described |= {each["name"]: each for each in query_parameters(route.query_model)}
        _add(operation, error_responses(FieldErrors, *([] if route.recorded else [UnknownField])))
    elif not route.lenient:
        _add(operation, error_responses(UnknownField))
    if described:
        operation["parameters"] = list(described.values())


def _add(operation: dict[str, Any], responses: dict[int | str, dict[str, Any]]) -> None:
    """Merge responses into an operation, example by example."""
    for status, response in responses.items():
        known = operation["responses"].setdefault(str(status), response)
        content = known.setdefault("content", {}).setdefault("application/json", {})
        examples = response["content"]["application/json"]["examples"]
        content["examples"] = {**examples, **content.get("examples", {})}
