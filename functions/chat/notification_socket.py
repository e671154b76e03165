"""Sockets without a conversation: they hear of their owner's notifications, which other features push to them."""

from collections.abc import Mapping
from typing import Any

from functions.chat import repository
from shared.kit.aws.websocket import pusher
from shared.kit.json import json_text

COUNT_WANTED = "send_back_unread_notification_count"


def is_asked_for(query: Mapping[str, str]) -> bool:
    """On AWS the path /ws/notification/user/ becomes this parameter of the root."""
    return query.get("notifications") == "1" and "conversation" not in query


def asks_for_count(frame: Mapping[str, Any]) -> bool:
    data = frame.get("data")
    return isinstance(data, Mapping) and data.get(COUNT_WANTED) is True


def send_count(connection_id: str) -> bool:
    """Answer how many notifications are unread; False if this is no such socket."""
    unread = repository.count_unread(connection_id)
    if unread is None:
        return False
    pusher().post([connection_id], json_text({"unread_notification_count": unread}).encode())
    return True
