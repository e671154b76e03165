"""All events of the sockets, with the types of their data and an example of each."""

from dataclasses import dataclass
from typing import Any

from functions.chat.api.responses import OwnConversation
from functions.chat.domain import events, message_events, read_events, socket_requests
from functions.notifications.api.responses import EXAMPLE, Notification

CONVERSATION, MESSAGE = "0f3f6c1e-7a52-4b7e-9a34-5b1c1f4a2d10", "5b7c3a90-1c7e-4c56-8a55-7c3b9d2e6f01"
OLA, ADAM = "7f8f2a52-5d1c-4b9d-9a53-0c8a4a6f7d10", "c1d2e3f4-0a1b-4c2d-8e3f-4a5b6c7d8e9f"
AT, LATER = "2026-05-01T12:00:00+02:00", "2026-05-01T12:01:30+02:00"
PLACE = {"conversation": CONVERSATION, "seq": 7}
CHANGED = {**PLACE, "id": MESSAGE, "change_seq": 3}
AUTHOR = {
    "id": OLA,
    "first_name": "Ola",
    "last_name": "Nowak",
    "profile_image": "/static/media/uploads/user/default.jpg",
}


class CreatedConversation(OwnConversation):
    """A new conversation of yours, as listed by `/api/chat/me/conversations/`."""


class CreatedNotification(Notification):
    """A new notification; `unread_notification_count` counts all your unread ones."""

    unread_notification_count: int


@dataclass(frozen=True)
class Event:
    """An event: its name, the type and an example of its data, and the sockets that carry it."""

    name: str
    data: Any
    example: dict[str, Any]
    channels: tuple[str, ...] = ("user", "conversation")


REQUESTS = (
    Event("chat_message", socket_requests.ChatMessageData, {"conversation": CONVERSATION, "body": "Hej!", "id": "1"}),
    Event("mark_read", socket_requests.MarkReadData, PLACE),
    Event(
        "sync", socket_requests.SyncData, {"after": {CONVERSATION: {"seq": 7, "change_seq": 3}}, "id": "2"}, ("user",)
    ),
    Event("typing", socket_requests.TypingData, {"conversation": CONVERSATION}),
    Event("edit_message", socket_requests.EditMessageData, {**PLACE, "body": "Do zobaczenia o 17!"}),
    Event("delete_message", socket_requests.DeleteMessageData, PLACE),
    Event("react", socket_requests.ReactData, {**PLACE, "emoji": "👍"}),
)
FACTS = (
    Event(
        "message_stored",
        message_events.MessageStoredEvent,
        {
            "id": MESSAGE,
            "conversation": CONVERSATION,
            "body": "Hej!",
            "created_at": AT,
            "created_by": AUTHOR,
            "seq": 7,
            "client_id": "1",
        },
    ),
    Event("message_refused", message_events.MessageRefusedEvent, {"client_id": "1", "code": "throttled"}),
    Event("action_refused", message_events.ActionRefusedEvent, {"id": None, "code": "message_not_found"}),
    Event(
        "message_edited",
        events.MessageEditedEvent,
        {**CHANGED, "body": "Do zobaczenia o 17!", "edited_at": LATER},
    ),
    Event("message_deleted", events.MessageDeletedEvent, {**CHANGED, "only_for_you": False}),
    Event(
        "reaction_changed",
        events.ReactionChangedEvent,
        {**CHANGED, "reactions": [{"emoji": "👍", "users": [ADAM]}]},
    ),
    Event("typing", events.TypingEvent, {"conversation": CONVERSATION, "user": ADAM}),
    Event(
        "presence_changed", events.PresenceChangedEvent, {"user": ADAM, "online": False, "last_seen_at": AT}, ("user",)
    ),
    Event("read_up_to", read_events.ReadUpToEvent, {"conversation": CONVERSATION, "user": ADAM, "seq": 7}),
    Event(
        "unread_changed",
        read_events.UnreadChangedEvent,
        {"conversation": CONVERSATION, "read_seq": 5, "unread": 2, "total": 3},
        ("user",),
    ),
    Event(
        "synced",
        read_events.SyncedEvent,
        {"id": "2", "cursor": "", "more": {CONVERSATION: {"seq": 207, "change_seq": 3}}},
        ("user",),
    ),
    Event(
        "conversation_created",
        CreatedConversation,
        {
            "id": CONVERSATION,
            "partner": AUTHOR,
            "last_message": None,
            "last_seq": 0,
            "read_seq": 0,
            "unread": 0,
            "partner_read_seq": 0,
            "is_muted": False,
            "is_archived": False,
            "created_at": AT,
            "updated_at": AT,
        },
        ("user",),
    ),
    Event(
        "notification_created",
        CreatedNotification,
        {**EXAMPLE, "unread_notification_count": 3},
        ("user", "conversation", "notifications"),
    ),
    Event(
        "closing",
        events.ClosingEvent,
        {"reason": "restart", "closes_at": AT},
        ("user", "conversation", "notifications"),
    ),
)
