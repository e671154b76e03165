"""The events an API Gateway WebSocket API sends to its functions.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
"""

import base64
import json
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

API_ID = "local"
STAGE = "local"


def new_request_id() -> str:
    """In AWS's format; the ids only distinguish events."""
    return base64.urlsafe_b64encode(random.randbytes(11)).decode()  # noqa: S311 - no secret


@lru_cache(maxsize=2)
def _clf_time(second: int) -> str:
    """The time in Common Log Format."""
    return datetime.fromtimestamp(second, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


@dataclass
class Connection:
    """The facts about an open socket that the gateway repeats in every event."""

    id: str
    domain: str
    source_ip: str
    user_agent: str
    headers: dict[str, str]
    query: dict[str, str]
    connected_at: int = field(default_factory=lambda: int(time.time() * 1000))

    def event(self, route_key: str, event_type: str, **context: Any) -> dict[str, Any]:
        now = time.time()
        request_id = new_request_id()
        return {
            "requestContext": {
                "routeKey": route_key,
                "eventType": event_type,
                "extendedRequestId": request_id,
                "requestTime": _clf_time(int(now)),
                "messageDirection": "IN",
                "stage": STAGE,
                "connectedAt": self.connected_at,
                "requestTimeEpoch": int(now * 1000),
                "identity": {"userAgent": self.user_agent, "sourceIp": self.source_ip},
                "requestId": request_id,
                "domainName": self.domain,
                "connectionId": self.id,
                "apiId": API_ID,
                **context,
            },
            "isBase64Encoded": False,
        }

    def connect_event(self) -> dict[str, Any]:
        event = self.event("$connect", "CONNECT")
        event["headers"] = self.headers
        event["multiValueHeaders"] = {name: [value] for name, value in self.headers.items()}
        if self.query:
            event["queryStringParameters"] = self.query
            event["multiValueQueryStringParameters"] = {name: [value] for name, value in self.query.items()}
        return event

    def message_event(self, route_key: str, body: str, *, is_base64: bool = False) -> dict[str, Any]:
        event = self.event(route_key, "MESSAGE", messageId=new_request_id())
        event["body"], event["isBase64Encoded"] = body, is_base64
        return event

    def disconnect_event(self, code: int, reason: str) -> dict[str, Any]:
        event = self.event("$disconnect", "DISCONNECT", disconnectStatusCode=code, disconnectReason=reason)
        event["headers"] = {"Host": self.domain, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
        event["multiValueHeaders"] = {name: [value] for name, value in event["headers"].items()}
        return event


def gateway_error(message: str, connection: Connection) -> bytes:
    """The object that the gateway itself sends when a frame has no route or its function fails."""
    return json.dumps({"message": message, "connectionId": connection.id, "requestId": new_request_id()}).encode()
