"""Messages as clients read them: items of the history, and frames of both protocols."""

from collections.abc import Mapping
from typing import Any

from functions.chat.domain.members import Membership
from functions.chat.domain.messages import DELETED, Message, StoredMessage
from shared.domain.pictures import picture_path
from shared.domain.timestamps import format_socket_time, format_time
from shared.kit.json import json_text


def history_item(
    conversation_id: str, message: Message, membership: Membership, *, with_seq: bool, is_hidden: bool = False
) -> dict[str, Any]:
    """A message of the history. `seq` is for clients that ask by it; the legacy one knows no such key.

    One that was deleted, or hidden by the reader, keeps its place.
    """
    author = membership.members.get(message.created_by or "")
    item: dict[str, Any] = {
        "id": message.id,
        "conversation": conversation_id,
        "body": DELETED if is_hidden or message.deleted_at else message.body,
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


def legacy_frame(message: StoredMessage) -> dict[str, Any]:
    """What every socket of protocol 1 gets: the message object itself."""
    return {
        "id": message.id,
        "conversation": message.conversation_id,
        "body": message.body,
        "created_at": format_socket_time(message.created_at),
        "created_by": {
            "id": message.user_id,
            "first_name": message.first_name,
            "last_name": message.last_name,
            "profile_image": picture_path(message.picture),
        },
    }


def stored_frame(message: StoredMessage) -> dict[str, Any]:
    """What sockets of protocols 2 and 3 get: an event with the message's place and the sender's own id of it."""
    item = {**legacy_frame(message), "created_at": format_time(message.created_at)}
    data = {**item, "seq": message.seq, "client_id": message.client_id}
    if message.reply_to is not None:
        data["reply_to"] = message.reply_to
    return event_frame("message_stored", data)


def refused_frame(client_id: str | None, code: str) -> dict[str, Any]:
    """What a sender of protocols 2 and 3 gets whose message was not stored, or whose frame was of no use: why."""
    return event_frame("message_refused", {"client_id": client_id, "code": code})


def event_frame(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A fact, as clients of protocols 2 and 3 are told it."""
    return {"event": name, "data": data}


def encode(frame: Any) -> bytes:
    return json_text(frame).encode()
