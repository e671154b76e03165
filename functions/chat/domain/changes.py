"""Changed messages, as sent to clients."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from functions.chat.domain.events import MessageDeletedEvent, MessageEditedEvent, ReactionChangedEvent, ReactionData
from functions.chat.domain.messages import MessagePlace
from shared.domain.timestamps import format_time


class ChangedMessage(NamedTuple):
    """A message as a change has left it."""

    seq: int
    id: UUID
    body: str
    edited_at: datetime | None
    deleted_at: datetime | None
    change_seq: int


class MessageReactions(NamedTuple):
    """The reactions to one message, and the number of its last change as of the same moment."""

    change_seq: int
    reactions: list[ReactionData]


def edited_event(conversation_id: UUID, message: ChangedMessage) -> MessageEditedEvent:
    return {
        "conversation": str(conversation_id),
        "seq": message.seq,
        "id": str(message.id),
        "change_seq": message.change_seq,
        "body": message.body,
        "edited_at": "" if message.edited_at is None else format_time(message.edited_at),
    }


def deleted_event(conversation_id: UUID, message: ChangedMessage, *, only_for_you: bool) -> MessageDeletedEvent:
    return {
        "conversation": str(conversation_id),
        "seq": message.seq,
        "id": str(message.id),
        "change_seq": message.change_seq,
        "only_for_you": only_for_you,
    }


def reactions_event(place: MessagePlace, message_id: UUID, found: MessageReactions) -> ReactionChangedEvent:
    return {
        "conversation": str(place.conversation_id),
        "seq": place.seq,
        "id": str(message_id),
        "change_seq": found.change_seq,
        "reactions": found.reactions,
    }
