"""HTTP answers from values, JSON text and failures."""

from typing import Any

import psycopg
from fastapi import Response
from starlette.requests import ClientDisconnect

from shared.kit.database import drop_broken_connections
from shared.kit.errors import AppError, InternalError, Unavailable
from shared.kit.json_text import json_text
from shared.kit.log import logger
from shared.kit.wire import rendered

BAD_REQUEST = 400


def json_response(body: bytes | str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer that is JSON text already."""
    return Response(body, status, headers, "application/json")


def answer(value: Any, status: int = 200) -> Response:
    """An answer from plain values."""
    return json_response(json_text(value), status)


def refused(refusal: AppError) -> Response:
    status, headers, body = rendered(refusal)
    response = Response(body, status)
    response.raw_headers = headers
    return response


def failed(error: Exception, where: str) -> Response:
    """The answer to whatever a route raised; what is no refusal is logged, once."""
    if isinstance(error, AppError):
        return refused(error)
    if isinstance(error, psycopg.OperationalError):
        logger().error("database unavailable", exc_info=error, extra={"path": where})
        drop_broken_connections()
        return refused(Unavailable())
    if isinstance(error, ClientDisconnect):
        return Response(status_code=BAD_REQUEST)  # nobody hears it
    logger().error("unhandled error", exc_info=error, extra={"path": where})
    return refused(InternalError())
