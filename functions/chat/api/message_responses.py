"""What the chat answers about messages to clients of our own."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from functions.chat.api.responses import Message
from shared.kit.http.response_models import MayBeMissing


class PostedMessageItem(Message):
    """A message just stored."""

    client_id: Annotated[str | None, Field(description="The sender's own id of it.")]
    reply_to: MayBeMissing[int] = None


class Reaction(BaseModel):
    emoji: str
    users: list[UUID]


class MessageItem(Message):
    """A message and what became of it."""

    reply_to: Annotated[int | None, Field(description="The `seq` of the message that it answers.")]
    edited_at: datetime | None
    is_deleted: Annotated[bool, Field(description="Deleted, or hidden by you.")]
    change_seq: Annotated[int, Field(description="The number of its last change in the conversation, 0 without any.")]
    reactions: list[Reaction]


class MessagePage(BaseModel):
    next: Annotated[str | None, Field(description="Goes on in the same direction.")]
    last_seq: Annotated[int, Field(description="Of the conversation's last message.")]
    change_seq: Annotated[int, Field(description="The number of the conversation's last change.")]
    read_seq: Annotated[int, Field(description="The last message that counts as read by you.")]
    results: list[MessageItem]
