"""What the chat answers over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from functions.chat.domain.events import ReactionData
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.response_models import MayBeMissing, Page


class ChatUser(BaseModel):
    id: UUID
    first_name: str
    last_name: str
    profile_image: Annotated[str, Field(description="A path on this host.")]


class Attachment(BaseModel):
    """A file of a message, checked by its content."""

    id: UUID
    name: Annotated[str, Field(description="What to save it as.")]
    content_type: str
    size: Annotated[int, Field(description="Bytes.")]
    width: Annotated[int | None, Field(description="Pixels; null of what is no picture.")]
    height: Annotated[int | None, Field(description="Pixels; null of what is no picture.")]
    url: Annotated[str, Field(description="Where you fetch it; for you only, and the same for a day.")]
    thumbnail: Annotated[
        str | None, Field(description="The same of a WebP of at most 512 pixels; null of what is no picture.")
    ]


class Message(BaseModel):
    id: UUID
    conversation: UUID
    body: str
    created_at: datetime
    created_by: Annotated[ChatUser | None, Field(description="null once the account is deleted.")]
    seq: Annotated[
        MayBeMissing[int],
        Field(description="The place in the conversation, counting from 1 without gaps; only if you asked by it."),
    ] = None
    attachments: Annotated[
        MayBeMissing[list[Attachment]],
        Field(description="Its files, if it has any; if you did not ask by `seq` they stand in the text."),
    ] = None
    reply_to: Annotated[
        MayBeMissing[int], Field(description="The `seq` of the message it answers; this and what follows if you asked.")
    ] = None
    edited_at: Annotated[MayBeMissing[datetime], Field(description="When its author edited it.")] = None
    deleted_at: Annotated[MayBeMissing[datetime], Field(description="When its author deleted it.")] = None
    hidden: Annotated[MayBeMissing[bool], Field(description="Whether you have deleted it for yourself.")] = None
    reactions: Annotated[MayBeMissing[list[ReactionData]], Field(description="The emojis on it, if any.")] = None
    change_seq: Annotated[
        MayBeMissing[int], Field(description="The number of its last change in the conversation, if it was changed.")
    ] = None


class Conversation(BaseModel):
    id: UUID
    last_message: Message | None
    created_at: datetime
    updated_at: Annotated[datetime, Field(description="When the last message was sent.")]
    users: Annotated[list[ChatUser], Field(description="Both people, you first; a deleted account is missing.")]


class Ticket(BaseModel):
    ticket: Annotated[str, Field(description="Opens one socket, once.")]
    expires_at: datetime


class BlockedPerson(ChatUser):
    blocked_at: datetime


class BlockedPage(Page):
    results: list[BlockedPerson]


class LastMessage(BaseModel):
    id: UUID
    seq: int
    body: str
    created_by: Annotated[UUID, Field(description="Its author, who may have no account any more.")]
    created_at: datetime


class OwnConversation(BaseModel):
    id: UUID
    partner: Annotated[ChatUser | None, Field(description="The other person; null once the account is deleted.")]
    last_message: LastMessage | None
    last_seq: Annotated[int, Field(description="Of the last message, 0 without any.")]
    read_seq: Annotated[int, Field(description="The last message that counts as read by you.")]
    unread: Annotated[int, Field(description="Messages of the other person that you have not read, up to 1,000.")]
    partner_read_seq: Annotated[
        int | None,
        Field(description="The last message that the other person has read; null if they left, or behind a block."),
    ]
    is_muted: bool
    is_archived: Annotated[bool, Field(description="Until the next message comes.")]
    created_at: datetime
    updated_at: Annotated[datetime, Field(description="When the last message was sent.")]


class OwnConversationPage(Page):
    results: list[OwnConversation]
    unread: Annotated[int, Field(description="Unread messages of all your conversations, not only of these.")]
