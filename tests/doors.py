"""The two doors as tests call them: API Gateway events into a Lambda handler, or HTTP to the local server."""

import base64
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

JSON_TYPE = "application/json"
ANY = object()


@dataclass(frozen=True)
class Answer:
    """An answer through either door; header names are in lower case."""

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
    headers: Mapping[str, str] | None = None,
    source_ip: str = "203.0.113.7",
) -> dict[str, Any]:
    """An API Gateway HTTP API event, payload format 2.0, as AWS sends it for `$default` routes.

    Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    path, _, query = target.partition("?")
    sent = {"host": "api.example.com", "user-agent": "pytest", "x-forwarded-proto": "https", **(headers or {})}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": unquote(path),
        "rawQueryString": query,
        "headers": {name.lower(): value for name, value in sent.items()},
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
            "routeKey": "$default",
            "stage": "$default",
            "time": "10/Jan/2027:10:00:00 +0000",
            "timeEpoch": int(time.time() * 1000),
        },
        "isBase64Encoded": False,
    }
    if body:
        try:
            event["body"] = body.decode()
        except UnicodeDecodeError:
            event["body"], event["isBase64Encoded"] = base64.b64encode(body).decode(), True
    return event


class LambdaDoor:
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
