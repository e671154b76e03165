"""Telling a notification socket how many notifications are unread."""

from functions.chat.actions.senders import senders
from functions.chat.data import connections
from shared.kit.aws.websocket import pusher
from shared.kit.errors import Throttled
from shared.kit.json import json_text


def count_unread(connection_id: str) -> bool:
    """Send the number of unread notifications to a socket; False if it is a conversation's socket.

    A client beyond its rate limit gets no response, as with messages.
    """
    senders.find(connection_id)
    try:
        senders.spend(connection_id)
    except Throttled:
        return True
    unread = connections.count_unread(connection_id)
    if unread is None:
        return False
    pusher().post([connection_id], json_text({"unread_notification_count": unread}).encode())
    return True
