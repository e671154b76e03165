"""The scheduled function that keeps idle sockets open: the gateway closes them after ten silent minutes.

Sockets that the gateway is about to close because they are two hours old are warned first.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/limits.html (WebSocket idle timeout)
"""

from datetime import datetime
from typing import Any

from functions.chat.data import connections
from functions.chat.domain.frames import closing_event, encode, event_frame
from shared.data.connections import forget_gone
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.aws.websocket import pusher
from shared.kit.settings import settings

IDLE_SECONDS = 300
# The one frame every client ignores.
KEEP_ALIVE = b"[]"


@lambda_handler
def handler(_event: object, _context: object) -> dict[str, Any]:
    """Announce sockets that close soon, ping those sent nothing for five minutes, and forget those that are gone."""
    # Only API Gateway limits the lifetime of sockets.
    closing = connections.claim_closing_connections() if settings().websocket_endpoint else []
    posts = [([each.id], _closing_frame(each.closes_at)) for each in closing]
    gone_before = pusher().post_all(posts) if posts else []
    idle = connections.claim_idle_connections(IDLE_SECONDS)
    gone = pusher().post(idle, KEEP_ALIVE) if idle else []
    if gone or gone_before:
        forget_gone(gone + gone_before)
    return {"pinged": len(idle) - len(gone), "gone": len(gone)}


def _closing_frame(closes_at: datetime) -> bytes:
    return encode(event_frame("closing", closing_event("limit", closes_at)))
