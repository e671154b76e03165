"""Messages as clients read them."""

from typing import Any

from functions.chat.conversations import Membership
from functions.chat.repository import Message, Sent
from shared.domain.pictures import picture_path
from shared.domain.timestamps import format_socket_time, format_time
from shared.kit.json import json_text


def history_item(conversation_id: str, message: Message, membership: Membership, *, with_seq: bool) -> dict[str, Any]:
    """A message of the history. `seq` is for clients that ask by it; the legacy one knows no such key."""
    author = membership.people.get(message.created_by or "")
    item: dict[str, Any] = {
        "id": message.id,
        "conversation": conversation_id,
        "body": message.body,
        "created_at": format_time(message.created_at),
        "created_by": author
        and {
            "id": author.id,
            "first_name": author.first_name,
            "last_name": author.last_name,
            "profile_image": picture_path(author.picture),
        },
    }
    return {**item, "seq": message.seq} if with_seq else item


def legacy_frame(sent: Sent) -> dict[str, Any]:
    """What every socket of protocol 1 gets: the message object itself."""
    return {
        "id": sent.id,
        "conversation": sent.conversation_id,
        "body": sent.body,
        "created_at": format_socket_time(sent.created_at),
        "created_by": {
            "id": sent.user_id,
            "first_name": sent.first_name,
            "last_name": sent.last_name,
            "profile_image": picture_path(sent.picture),
        },
    }


def stored_frame(sent: Sent) -> dict[str, Any]:
    """What sockets of protocol 2 get: a fact with the message's place and the sender's own id of it."""
    return {"event": "message_stored", "data": {**legacy_frame(sent), "seq": sent.seq, "client_id": sent.client_id}}


def refused_frame(client_id: str | None, code: str) -> dict[str, Any]:
    """Told to a sender of protocol 2 whose message was not taken."""
    return {"event": "message_refused", "data": {"client_id": client_id, "code": code}}


def encode(frame: Any) -> bytes:
    return json_text(frame).encode()
