"""Delivering events to the open sockets of clients that understand them.

Best effort, after the commit: what does not arrive is in the history, and a failure here must not fail the sender.
The legacy client would draw an event as a message: its sockets (protocol 1) get none.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from functions.chat.data import user_sockets
from functions.chat.domain.frames import encode, event_frame
from functions.chat.domain.messages import event_sockets
from shared.data.connections import forget_gone
from shared.kit.aws.websocket import pusher
from shared.kit.observability.log import logger
from shared.kit.psycopg import psycopg


def deliver_to_conversation(
    conversation_id: UUID, event_name: str, data: Mapping[str, Any], *, about: int | None = None
) -> None:
    """Send an event to a conversation's listeners: its sockets of protocol 2, and its members' user sockets.

    With `about`, the `seq` of a message, users who have hidden that message do not get the event.
    """
    try:
        listeners = (
            user_sockets.list_listeners(conversation_id)
            if about is None
            else user_sockets.list_viewers(conversation_id, about)
        )
    except psycopg.Error:
        logger().exception("event not delivered", extra={"event": event_name})
        return
    deliver_to_sockets(event_sockets(listeners), event_name, data)


def deliver_to_user(user_id: UUID, event_name: str, data: Mapping[str, Any]) -> None:
    """Send an event to all user sockets of a user, on all their devices."""
    deliver_to_sockets(find_user_sockets(user_id), event_name, data)


def find_user_sockets(user_id: UUID) -> list[str]:
    """A user's sockets, for events that are expensive to build; none if the lookup fails."""
    try:
        return user_sockets.list_user_sockets(user_id)
    except psycopg.Error:
        logger().exception("user sockets not found", extra={"user_id": str(user_id)})
        return []


def deliver_to_sockets(connection_ids: Iterable[str], event_name: str, data: Mapping[str, Any]) -> None:
    """Send an event to those sockets whose clients understand events; forget sockets that are gone."""
    if (sockets := list(connection_ids)) and (gone := pusher().post(sockets, encode(event_frame(event_name, data)))):
        forget_gone(gone)
