"""The Lambda handler of the chat feature over WebSocket, for events of an API Gateway WebSocket API.

The route key chooses the function. The handler never fails: a failed function makes the gateway send an error
object, which the legacy client would draw as a message.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.chat.api.socket_frames import OK
from functions.chat.api.socket_routes import ROUTES, chat_messages
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.db.pool import drop_broken_connections
from shared.kit.observability.log import logger
from shared.kit.psycopg import psycopg


@lambda_handler
def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Return {"statusCode": ...}; on $connect anything but 200 refuses the handshake."""
    route = event["requestContext"]["routeKey"]
    try:
        return ROUTES[route](event)
    except psycopg.OperationalError:
        logger().exception("database unavailable", extra={"route": route})
        drop_broken_connections()
        return {"statusCode": 503 if route == "$connect" else 200}
    except Exception:  # noqa: BLE001 - the boundary: what nobody foresaw is logged once
        logger().exception("unhandled error", extra={"route": route})
        return {"statusCode": 500 if route == "$connect" else 200}


def handle_messages(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Like `handler`, for a batch of chat_message events, with one response for all."""
    try:
        chat_messages(events)
    except Exception:  # noqa: BLE001 - as above
        logger().exception("unhandled error", extra={"route": "chat_message", "messages": len(events)})
    return OK
