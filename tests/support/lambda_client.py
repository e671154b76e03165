"""Both entry points as tests call them: API Gateway events into a Lambda handler, or HTTP to the local server."""

import base64
import contextlib
import json
import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

JSON_TYPE = "application/json"
ANY = object()
# What a request has that names none of its own.
DEFAULT_HEADERS = {"host": "api.example.com", "user-agent": "pytest", "x-forwarded-proto": "https"}
# Bodies that API Gateway hands on as they are; multipart and urlencoded forms are not among them.
TEXT_TYPES = re.compile(r"text/|application/(json|javascript|xml|[\w.-]+\+(json|xml))\b", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """An answer through either entry point; header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


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
    """An API Gateway HTTP API event, payload format 2.0, as AWS sends it; `target` is the path and query as sent.

    Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    path, _, query = target.partition("?")
    sent, cookies = joined_headers(headers.items() if isinstance(headers, Mapping) else headers)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": unquote(path),
        "rawQueryString": query,
        "headers": sent,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api-id",
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": {
                "method": method,
                "path": unquote(path),
                "protocol": "HTTP/1.1",
                "sourceIp": source_ip,
                "userAgent": sent["user-agent"],
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": route_key,
            "stage": "$default",
            "time": datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(time.time() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if query:
        event["queryStringParameters"] = joined(parse_qsl(query, keep_blank_values=True))
    if path_parameters:
        event["pathParameters"] = dict(path_parameters)
    if body:
        event["body"], event["isBase64Encoded"] = body_text(body, sent.get("content-type", ""))
    return event


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Values of one name with commas between them."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def joined_headers(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Headers by lower-case name, the defaults among them, and the cookies, which stand apart."""
    sent = [(name.lower(), value) for name, value in pairs]
    names = {name for name, _ in sent}
    defaults = [(name, value) for name, value in DEFAULT_HEADERS.items() if name not in names]
    cookies = [each.strip() for name, value in sent if name == "cookie" for each in value.split(";")]
    return joined([*defaults, *((name, value) for name, value in sent if name != "cookie")]), cookies


def body_text(body: bytes, content_type: str) -> tuple[str, bool]:
    """A body as the event holds it, and whether it is in base64: all but text is."""
    if not content_type or TEXT_TYPES.match(content_type):
        with contextlib.suppress(UnicodeDecodeError):
            return body.decode(), False
    return base64.b64encode(body).decode(), True


class LambdaClient:
    """Calls a Lambda handler with HTTP API events."""

    def __init__(self, handler: Callable[[dict[str, Any], Any], Any]) -> None:
        self.handler = handler

    def __call__(
        self,
        method: str,
        target: str,
        *,
        token: str = "",
        json_body: Any = ANY,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        source_ip: str = "203.0.113.7",
    ) -> Answer:
        sent, raw = prepared(token, json_body, body, headers)
        result = self.handler(http_event(method, target, body=raw, headers=sent, source_ip=source_ip), None)
        text = result.get("body", "")
        content = base64.b64decode(text) if result.get("isBase64Encoded") else text.encode()
        return Answer(result["statusCode"], content, result.get("headers", {}))


def prepared(
    token: str, json_body: Any, body: bytes, headers: Mapping[str, str] | None
) -> tuple[dict[str, str], bytes]:
    """Headers and raw body of a request."""
    sent = dict(headers or {})
    if token:
        sent["authorization"] = f"Bearer {token}"
    if json_body is not ANY:
        sent.setdefault("content-type", JSON_TYPE)
        body = json.dumps(json_body).encode()
    return sent, body
