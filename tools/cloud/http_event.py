"""Events of an API Gateway HTTP API, payload format 2.0.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import contextlib
import re
import time
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from tools.cloud.intrinsics import ACCOUNT

# Defaults for headers that a request does not send.
DEFAULT_HEADERS = {"host": "api.example.com", "user-agent": "emulated", "x-forwarded-proto": "https"}
# Bodies that API Gateway passes on as text; multipart and urlencoded forms are not among them.
TEXT_TYPES = re.compile(r"text/|application/(json|javascript|xml|[\w.-]+\+(json|xml))\b", re.IGNORECASE)


def http_event(
    method: str,
    target: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    source_ip: str = "203.0.113.7",
    route_key: str = "$default",
    path_parameters: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A request as the event that a function is invoked with; `target` is the path and query as sent."""
    path, _, query = target.partition("?")
    sent, cookies = joined_headers(headers.items() if isinstance(headers, Mapping) else headers)
    text, is_base64 = body_text(body, sent.get("content-type", ""))
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": unquote(path),
        "rawQueryString": query,
        "headers": sent,
        "requestContext": _context(method, unquote(path), source_ip, sent["user-agent"], route_key),
        "isBase64Encoded": is_base64 and bool(body),
    }
    # AWS omits keys for things that a request does not have.
    optional = {
        "cookies": cookies,
        "queryStringParameters": joined(parse_qsl(query, keep_blank_values=True)),
        "pathParameters": dict(path_parameters or {}),
        "body": text,
    }
    return event | {name: value for name, value in optional.items() if value}


def _context(method: str, path: str, source_ip: str, user_agent: str, route_key: str) -> dict[str, Any]:
    return {
        "accountId": ACCOUNT,
        "apiId": "api-id",
        "domainName": "api.example.com",
        "domainPrefix": "api",
        "http": {
            "method": method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": source_ip,
            "userAgent": user_agent,
        },
        "requestId": str(uuid.uuid4()),
        "routeKey": route_key,
        "stage": "$default",
        "time": datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(time.time() * 1000),
    }


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Values of one name, joined by commas."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def joined_headers(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Headers by lower-case name, including the defaults, and the cookies, which AWS lists separately."""
    sent = [(name.lower(), value) for name, value in pairs]
    names = {name for name, _ in sent}
    defaults = [(name, value) for name, value in DEFAULT_HEADERS.items() if name not in names]
    cookies = [each.strip() for name, value in sent if name == "cookie" for each in value.split(";")]
    return joined([*defaults, *((name, value) for name, value in sent if name != "cookie")]), cookies


def body_text(body: bytes, content_type: str) -> tuple[str, bool]:
    """The body for the event, and whether it is base64-encoded, as all but text is."""
    if not content_type or TEXT_TYPES.match(content_type):
        with contextlib.suppress(UnicodeDecodeError):
            return body.decode(), False
    return base64.b64encode(body).decode(), True
