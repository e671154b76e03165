"""The API description's responses for errors, generated from their classes, and headers."""

from typing import Any

from shared.kit.errors import AppError

DESCRIPTIONS = {
    400: "The request is invalid",
    401: "You are not signed in",
    403: "You may not do this",
    404: "It does not exist, or you may not see it",
    405: "The path does not support this method",
    409: "It conflicts with the current state",
    413: "The body is too large",
    415: "The content type is not supported",
    422: "The idempotency key was used for another request",
    429: "Too many requests",
    503: "The service is temporarily unavailable",
}

# Binary content, as client generators recognize it.
FILE = {"type": "string", "format": "binary"}
LINK = {"description": 'RFC 8288, with `rel="next"`; absent on the last page.', "schema": {"type": "string"}}
RETRY_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
# The `responses` of a route with a Link header to the next page.
LEADS_ON: dict[int | str, dict[str, Any]] = {200: {"headers": {"Link": LINK}}}


def error_responses(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: its errors by status, with each class's body as an example."""
    responses: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        response = responses.setdefault(
            error.status,
            {"description": DESCRIPTIONS[error.status], "content": {"application/json": {"examples": {}}}},
        )
        summary = (error.__doc__ or error.__name__).strip().splitlines()[0]
        response["content"]["application/json"]["examples"][error.__name__] = {"summary": summary, "value": error.body}
    return responses


def page_responses(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that returns an HTML page; browsers get its errors as pages as well."""
    responses: dict[int | str, dict[str, Any]] = {200: {"description": "A page", "content": {}}}
    responses |= error_responses(*errors)
    for each in responses.values():
        each["content"]["text/html"] = {"schema": {"type": "string"}}
    return responses
