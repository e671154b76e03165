"""The Lambda door of the chat feature over WebSocket, for events of an API Gateway WebSocket API.

The route key chooses the action. The door never fails: a failed function makes the gateway send an error
object, which the legacy client would draw as a message.
"""

from collections.abc import Mapping
from typing import Any

from functions.chat import actions
from shared.kit.door import door
from shared.kit.log import logger

ACTIONS = {
    "$connect": actions.connect,
    "$disconnect": actions.disconnect,
    "$default": actions.default,
    "chat_message": actions.chat_message,
}


@door
def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answers {"statusCode": ...}; on $connect anything but 200 refuses the handshake."""
    where = event["requestContext"]
    try:
        return ACTIONS[where["routeKey"]](event)
    except Exception:  # noqa: BLE001 - the door: whatever was not foreseen is logged once
        logger().exception("unhandled error", extra={"route": where["routeKey"]})
        return {"statusCode": 500 if where["routeKey"] == "$connect" else 200}
