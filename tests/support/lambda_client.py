"""Both entry points as tests call them: API Gateway events into a Lambda handler, or HTTP to the local server."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.cloud.http_event import http_event

JSON_TYPE = "application/json"
ANY = object()


@dataclass(frozen=True)
class Answer:
    """A response from either entry point; header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


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
