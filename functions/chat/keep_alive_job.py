"""The scheduled function that keeps idle sockets open: the gateway closes them after ten silent minutes.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/limits.html (WebSocket idle timeout)
"""

from typing import Any

from functions.chat.data import connections
from shared.data.connections import forget_gone
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.aws.websocket import pusher

IDLE_SECONDS = 300
# The one frame every client ignores.
KEEP_ALIVE = b"[]"


@lambda_handler
def handler(_event: object, _context: object) -> dict[str, Any]:
    """Ping the sockets that were sent nothing for five minutes; forget those that are gone."""
    idle = connections.claim_idle_connections(IDLE_SECONDS)
    gone = pusher().post(idle, KEEP_ALIVE) if idle else []
    if gone:
        forget_gone(gone)
    return {"pinged": len(idle) - len(gone), "gone": len(gone)}
