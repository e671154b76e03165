"""The Lambda handler of the chat feature over WebSocket, for events of an API Gateway WebSocket API.

The route key chooses the action. The handler never fails: a failed function makes the gateway send an error
object, which the legacy client would draw as a message.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.chat import actions
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.observability.log import logger

ACTIONS = {
    "$connect": actions.connect,
    "$disconnect": actions.disconnect,
    "$default": actions.default,
    "chat_message": actions.chat_message,
}


@lambda_handler
def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answers {"statusCode": ...}; on $connect anything but 200 refuses the handshake."""
    where = event["requestContext"]
    try:
        return ACTIONS[where["routeKey"]](event)
    except Exception:  # noqa: BLE001 - the boundary: whatever was not foreseen is logged once
        logger().exception("unhandled error", extra={"route": where["routeKey"]})
        return {"statusCode": 500 if where["routeKey"] == "$connect" else 200}


def handle_messages(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """As `handler`, for events of the route chat_message that wait together: one answer for all."""
    try:
        actions.chat_messages(events)
    except Exception:  # noqa: BLE001 - as above
        logger().exception("unhandled error", extra={"route": "chat_message", "messages": len(events)})
    return actions.OK
