"""Messages as our own clients list them: what the history has, and what became of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from functions.chat.domain.members import Membership
from functions.chat.domain.message_frames import history_item
from functions.chat.domain.messages import Message
from shared.domain.timestamps import format_time


def own_item(
    conversation_id: UUID,
    message: Message,
    membership: Membership,
    reader_id: UUID,
    reactions: Sequence[dict[str, Any]],
    *,
    is_hidden: bool,
) -> dict[str, Any]:
    """A message of a page, or of what a client missed, for one reader."""
    listed = history_item(
        str(conversation_id), message, membership, reader_id=reader_id, with_seq=True, is_hidden=is_hidden
    )
    is_deleted = is_hidden or message.deleted_at is not None
    return {
        **listed,
        "attachments": listed.get("attachments", []),
        "reply_to": message.reply_to,
        "edited_at": message.edited_at and format_time(message.edited_at),
        "is_deleted": is_deleted,
        "change_seq": message.change_seq or 0,
        "reactions": [] if is_deleted else list(reactions),
    }
