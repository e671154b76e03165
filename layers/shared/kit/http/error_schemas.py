"""The shapes of errors, as named schemas of the API description.

Our own errors have `detail` and `code`, and those with more fields (`facts`) have their own schemas; the others are
recorded in the contract and have neither.
"""

from collections.abc import Iterator
from typing import Any

from shared.kit.errors import AppError

REFERENCE = "#/components/schemas/{}"
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}


def _object(description: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "description": description, "properties": properties, "required": list(properties)}


ERROR = "Error"
FIELD_ERRORS = "FieldErrors"
NESTED_FIELD_ERRORS = "NestedFieldErrors"
ERROR_LIST = "ErrorList"
SHAPES: dict[str, dict[str, Any]] = {
    ERROR: _object(
        "An error: a message for people, and a code for programs, which never changes.",
        detail=TEXT,
        code={"$ref": REFERENCE.format("ErrorCode")},
    ),
    "DetailError": _object("A recorded error: a message; the status says what it means.", detail=TEXT),
    "TextError": _object("A recorded error: a message.", Error=TEXT),
    "InfoError": _object("A recorded error: a message.", Info=TEXT),
    "NotConfirmedError": _object("A recorded error: the account's address is not confirmed.", error=TEXT, detail=TEXT),
    "ResetTokenError": _object("A recorded error: the mailed token is no longer valid.", detail=TEXT, password=TEXTS),
    "AccessTokenError": _object(
        "A recorded error: the access token cannot be used.",
        detail=TEXT,
        code={"$ref": REFERENCE.format("ErrorCode")},
        messages={
            "type": "array",
            "items": _object("What is wrong with it.", token_class=TEXT, token_type=TEXT, message=TEXT),
        },
    ),
    ERROR_LIST: {"description": "A recorded error: messages.", **TEXTS},
    FIELD_ERRORS: {
        "type": "object",
        "description": "All invalid fields, each with one or more messages.",
        "additionalProperties": TEXTS,
        "example": {"start_time": ["To pole jest wymagane."]},
    },
    NESTED_FIELD_ERRORS: {
        "type": "object",
        "description": "The invalid fields of objects in a list, at the positions of these objects.",
        "additionalProperties": {
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": TEXTS}]},
        },
        "example": {"users": [{"id": ["Must be a valid UUID."]}, {}]},
    },
}


def shape_of(body: Any) -> str:
    """The name of the schema of an error's body. Raises LookupError for a shape without one."""
    if isinstance(body, list):
        return ERROR_LIST
    for name, schema in SHAPES.items():
        if set(schema.get("required", ())) == set(body):
            return name
    if {"detail", "code"} <= set(body):
        return ERROR
    if all(isinstance(messages, list) for messages in body.values()):
        nested = any(isinstance(each, dict) for messages in body.values() for each in messages)
        return NESTED_FIELD_ERRORS if nested else FIELD_ERRORS
    raise LookupError(f"No schema describes errors like {body}.")


def error_codes() -> list[str]:
    """The codes of all error classes defined so far, sorted."""
    return sorted({error.body["code"] for error in _errors(AppError) if "code" in error.body})


def _errors(error: type[AppError]) -> Iterator[type[AppError]]:
    """Error classes that are raised, without base classes."""
    for kind in error.__subclasses__():
        yield from _errors(kind)
    if not error.__subclasses__() and error.__module__.partition(".")[0] in {"functions", "shared"}:
        yield error


def telling_shapes() -> dict[str, dict[str, Any]]:
    """The schemas, by name, of errors that have more than a sentence and a code."""
    return {
        f"{error.__name__}{ERROR}": _object(
            (error.__doc__ or error.__name__).strip().splitlines()[0],
            detail=TEXT,
            code={"type": "string", "const": error.code},
            **error.facts,
        )
        for error in _errors(AppError)
        if error.facts
    }


def describe_errors(schema: dict[str, Any]) -> None:
    """Add the shapes and codes to an API description, and give every error of an operation its schema."""
    telling = telling_shapes()
    shapes = telling | SHAPES
    codes = {"type": "string", "description": "The error, for programs.", "enum": error_codes()}
    used: set[str] = set()
    for path in schema["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if status >= "400":
                    content = response["content"]["application/json"]
                    names = {
                        own if (own := f"{name}{ERROR}") in telling else shape_of(each["value"])
                        for name, each in content["examples"].items()
                    }
                    content["schema"] = _any_of({name: shape for name, shape in shapes.items() if name in names})
                    used |= names
    described = {name: shape for name, shape in shapes.items() if name in used}
    schema["components"]["schemas"] |= {"ErrorCode": codes, **described}


def _any_of(shapes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The schemas with the most fields come first: clients that take the first match would lose fields otherwise."""
    names = sorted(shapes, key=lambda name: -len(shapes[name].get("required", ())))
    references = [{"$ref": REFERENCE.format(name)} for name in names]
    return references[0] if len(references) == 1 else {"anyOf": references}
