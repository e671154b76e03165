"""Telling senders what was refused. Clients of the legacy protocol are not told: they would draw it as a message."""

from functions.chat.actions.senders import senders
from functions.chat.domain.frames import encode, event_frame, refused_frame
from shared.kit.aws.websocket import pusher
from shared.kit.errors import Throttled


def refuse_message(connection_id: str, client_id: str | None, code: str) -> None:
    """Tell the sender of a message that it is refused, if its client understands that."""
    if senders.speaks_events(connection_id):
        pusher().post([connection_id], encode(refused_frame(client_id, code)))


def refuse_action(connection_id: str, frame_id: str | None, code: str) -> None:
    """Like `refuse_message`, for a frame that requests an action other than a message."""
    pusher().post([connection_id], encode(event_frame("action_refused", {"id": frame_id, "code": code})))


def refuse_frame(connection_id: str, client_id: str | None, code: str) -> None:
    """Like `refuse_message`, for a frame that is not a message but counts as one for the rate limit."""
    senders.find(connection_id)
    try:
        senders.spend(connection_id)
    except Throttled:
        code = "throttled"
    refuse_message(connection_id, client_id, code)
