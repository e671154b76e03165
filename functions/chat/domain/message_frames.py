"""Messages as clients read them: history items, and frames of every protocol."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from functions.chat.domain.events import ReactionData
from functions.chat.domain.frames import event_frame
from functions.chat.domain.members import Membership
from functions.chat.domain.messages import ATTACHMENTS_GONE, DELETED, Message, StoredMessage
from shared.domain.attachments import attachment_address, attachment_item, read_attachments
from shared.domain.pictures import picture_path
from shared.domain.timestamps import format_socket_time, format_time


def history_item(
    conversation_id: str,
    message: Message,
    membership: Membership,
    *,
    reader_id: UUID,
    with_seq: bool,
    is_hidden: bool = False,
    reactions: Sequence[ReactionData] = (),
) -> dict[str, Any]:
    """A message of the history in the form for one reader.

    `seq`, `attachments` and changes are for clients that page by `seq`; the legacy client does not know these keys. A
    message that was deleted, or hidden by the reader, keeps its place.
    """
    author = membership.members.get(message.created_by or "")
    is_gone = is_hidden or message.deleted_at is not None
    # Attachments of a deleted account are deleted with it.
    attachments = None if is_gone or author is None else message.attachments
    body = message.body if with_seq else legacy_body(message.body, attachments, reader_id)
    item: dict[str, Any] = {
        "id": message.id,
        "conversation": conversation_id,
        "body": DELETED if is_gone else body,
        "created_at": format_time(message.created_at),
        "created_by": author
        and {
            "id": author.id,
            "first_name": author.first_name,
            "last_name": author.last_name,
            "profile_image": picture_path(author.picture),
        },
    }
    if not with_seq:
        return item
    changes = _changes(message, [] if is_gone else reactions, is_hidden=is_hidden)
    return {**item, "seq": message.seq, **listed_attachments(attachments, reader_id), **changes}


def _changes(message: Message, reactions: Sequence[ReactionData], *, is_hidden: bool) -> dict[str, Any]:
    """The changes of a message after it was sent, if any."""
    changes = {
        "reply_to": message.reply_to,
        "edited_at": message.edited_at and format_time(message.edited_at),
        "deleted_at": message.deleted_at and format_time(message.deleted_at),
        "hidden": is_hidden,
        "reactions": list(reactions),
        "change_seq": message.change_seq,
    }
    return {name: value for name, value in changes.items() if value}


def legacy_body(body: str, attachments: str | None, reader_id: UUID | str) -> str:
    """The text for the legacy client: the body and, for each attachment, a line with its name and URL."""
    if attachments is None:
        return body or ATTACHMENTS_GONE
    lines = [f"{each.name} {attachment_address(each, reader_id)}" for each in read_attachments(attachments)]
    return "\n".join([body, *lines] if body else lines)


def listed_attachments(attachments: str | None, reader_id: UUID | str) -> dict[str, Any]:
    """The key `attachments`, if there are any."""
    found = read_attachments(attachments)
    return {"attachments": [attachment_item(each, reader_id) for each in found]} if found else {}


def legacy_frame(message: StoredMessage, reader_id: str) -> dict[str, Any]:
    """The frame for every socket of protocol 1: the message object itself."""
    return {**_frame(message), "body": legacy_body(message.body, message.attachments, reader_id)}


def _frame(message: StoredMessage) -> dict[str, Any]:
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


def stored_frame(message: StoredMessage, reader_id: str) -> dict[str, Any]:
    """The frame for sockets of protocols 2 and 3: an event with the message's `seq` and the sender's own id of it."""
    return event_frame("message_stored", stored_item(message, reader_id))


def stored_item(message: StoredMessage, reader_id: str) -> dict[str, Any]:
    """A message just stored, as its event contains it."""
    item = {**_frame(message), "created_at": format_time(message.created_at)}
    data = {**item, "seq": message.seq, "client_id": message.client_id}
    if message.reply_to is not None:
        data["reply_to"] = message.reply_to
    if message.attachments is not None:
        data |= listed_attachments(message.attachments, reader_id)
    return data
