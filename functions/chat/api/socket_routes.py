"""One function for each route key of the WebSocket API: it reads the event and calls the action."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from functions.chat.actions import sockets
from functions.chat.actions.count_unread import count_unread
from functions.chat.actions.refusals import refuse_frame
from functions.chat.actions.send_messages import ReceivedMessage, send_messages
from functions.chat.api import change_events, reading_events
from functions.chat.api.socket_frames import OK, Event, connection_id, fields_of, fields_of_frame, read_frame
from functions.chat.domain.frames import closing_event, encode, event_frame, refused_frame
from functions.chat.domain.messages import EVENTS, LEGACY, USER, is_client_id
from shared.kit.errors import Throttled
from shared.kit.security import tokens
from shared.kit.security.origin_secret import may_connect
from shared.versions.protocols import LISTING, UNFRAMED
from shared.versions.sockets import read_handshake

COUNT_WANTED = "send_back_unread_notification_count"

UNAUTHORIZED, FORBIDDEN, TOO_MANY = {"statusCode": 401}, {"statusCode": 403}, {"statusCode": 429}
OF_VERSIONS = {str(each): each for each in (UNFRAMED, LISTING)}


def connect(event: Event) -> dict[str, Any]:
    """Let members into a conversation, and users into what is their own; refuse other handshakes."""
    return _let_in(event) if may_connect(event.get("headers") or {}) else FORBIDDEN


def _let_in(event: Event) -> dict[str, Any]:
    query = read_handshake(event)
    if isinstance(query, int):
        return {"statusCode": query}
    if _is_of_user(query):
        return OK if sockets.connect_by_ticket(connection_id(event), query.get("ticket", "")) else UNAUTHORIZED
    protocol = _protocol(query)
    try:
        claims = tokens.read(query.get("token", ""), "access")
        hears_all = protocol == LISTING or _is_for_notifications(query)
        conversation_id = None if hears_all else _conversation_id(query.get("conversation", ""))
    except tokens.InvalidToken:
        return UNAUTHORIZED
    except ValueError:
        return FORBIDDEN
    try:
        is_open = sockets.connect(connection_id(event), conversation_id, claims, protocol)
    except Throttled:
        return TOO_MANY
    return OK if is_open else FORBIDDEN


def _protocol(query: Mapping[str, str]) -> int:
    if _is_of_user(query):
        return USER
    if query.get("protocol") in OF_VERSIONS:
        return OF_VERSIONS[query["protocol"]]
    return EVENTS if _is_for_notifications(query) or query.get("protocol") == str(EVENTS) else LEGACY


def flood_frame(query: Mapping[str, str]) -> bytes | None:
    """The frame sent before a socket is closed for too many frames; None if its client does not understand events."""
    return encode(refused_frame(None, "throttled")) if _understands_events(query) else None


def closing_frame(query: Mapping[str, str]) -> bytes | None:
    """The frame sent before the server stops and closes a socket; None if its client does not understand events."""
    if not _understands_events(query):
        return None
    return encode(event_frame("closing", closing_event("restart", datetime.now(UTC))))


def _understands_events(query: Mapping[str, str]) -> bool:
    """Whether the handshake requests a protocol with events; versions have frames of their own."""
    return "version" not in query and _protocol(query) in {EVENTS, USER}


def _is_for_notifications(query: Mapping[str, str]) -> bool:
    """On AWS the path /ws/notification/user/ becomes this parameter of the root."""
    return query.get("notifications") == "1" and "conversation" not in query


def _is_of_user(query: Mapping[str, str]) -> bool:
    """On AWS the path /ws/user/ becomes this parameter of the root."""
    return query.get("user") == "1" and not {"conversation", "notifications"} & query.keys()


def _conversation_id(text: str) -> UUID:
    """Raises ValueError for anything but a UUID in its canonical form, as the paths of HTTP do."""
    conversation_id = UUID(text)
    if str(conversation_id) != text:
        raise ValueError(text)
    return conversation_id


def disconnect(event: Event) -> dict[str, Any]:
    sockets.disconnect(connection_id(event))
    return OK


def default(event: Event) -> dict[str, Any]:
    """Handle frames without a known `event`; as in the original, those without any are messages."""
    frame = read_frame(event)
    if frame is None or "event" in frame:
        client_id = fields_of_frame(frame).get("id")
        code = "bad_frame" if frame is None else "unknown_event"
        refuse_frame(connection_id(event), client_id if is_client_id(client_id) else None, code)
        return OK
    if fields_of_frame(frame).get(COUNT_WANTED) is True and count_unread(connection_id(event)):
        return OK
    return chat_message(event)


def chat_message(event: Event) -> dict[str, Any]:
    chat_messages([event])
    return OK


def chat_messages(events: Sequence[Event]) -> None:
    """Like `chat_message`, for a batch of messages."""
    send_messages([_received(event) for event in events])


def _received(event: Event) -> ReceivedMessage:
    return connection_id(event), fields_of(event)


ROUTES = {
    "$connect": connect,
    "$disconnect": disconnect,
    "$default": default,
    "chat_message": chat_message,
    **change_events.ROUTES,
    **reading_events.ROUTES,
}
