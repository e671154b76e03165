"""HTTP responses built from values, JSON text and errors."""

from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from shared.kit.db.pool import drop_broken_connections
from shared.kit.errors import AppError, InternalError, Unavailable
from shared.kit.http.localized_errors import Choice, localize, localized
from shared.kit.http.middleware import render_error
from shared.kit.json import json_text
from shared.kit.observability.log import logger
from shared.kit.psycopg import QueryCanceled, psycopg
from shared.texts import Language

BAD_REQUEST = 400


def raw_json_response(body: bytes | str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A response whose body is already JSON text."""
    return Response(body, status, headers, "application/json")


def json_response(value: Any, status: int = 200) -> Response:
    """A response from plain values."""
    return raw_json_response(json_text(value), status)


def error_response(error: AppError, choice: Choice | None = None) -> Response:
    """An error as recorded, or in the chosen language, if any."""
    body = localized(error.body, choice.language) if choice else error.body
    status, headers, content = render_error(error, body)
    response = Response(content, status)
    response.raw_headers = headers + (choice.headers if choice else [])
    return response


def detail_response(text: str, language: Language, *, status: int = 200) -> Response:
    """A sentence about what was done, in the caller's language."""
    response = json_response({"detail": localize(text, language)}, status)
    response.headers["content-language"] = language
    return response


def exception_response(error: Exception, where: str, choice: Choice | None = None) -> Response:
    """The response to any exception of a route; unexpected ones are logged, once."""
    if isinstance(error, AppError):
        return error_response(error, choice)
    if isinstance(error, QueryCanceled):
        # Its connection still works, and this may be the event loop, which must not wait for a check of all others.
        logger().error("statement took too long", exc_info=error, extra={"path": where})
        return error_response(Unavailable(), choice)
    if isinstance(error, psycopg.OperationalError):
        logger().error("database unavailable", exc_info=error, extra={"path": where})
        drop_broken_connections()
        return error_response(Unavailable(), choice)
    if isinstance(error, ClientDisconnect):
        return Response(status_code=BAD_REQUEST)  # the client is gone
    logger().error("unhandled error", exc_info=error, extra={"path": where})
    return error_response(InternalError(), choice)
