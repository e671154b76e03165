"""Response bodies of the chat."""

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
    name: Annotated[str, Field(description="The name to save it under.")]
    content_type: str
    size: Annotated[int, Field(description="Bytes.")]
    width: Annotated[int | None, Field(description="In pixels; null unless it is a picture.")]
    height: Annotated[int | None, Field(description="In pixels; null unless it is a picture.")]
    url: Annotated[str, Field(description="The address to fetch it from; for you only, and the same for a day.")]
    thumbnail: Annotated[
        str | None,
        Field(description="The same, for a WebP thumbnail of at most 512 pixels; null unless it is a picture."),
    ]


class Message(BaseModel):
    id: UUID
    conversation: UUID
    body: str
    created_at: datetime
    created_by: Annotated[ChatUser | None, Field(description="Null once the account is deleted.")]
    seq: Annotated[
        MayBeMissing[int],
        Field(description="The message's number in the conversation, from 1 without gaps; only if you asked by `seq`."),
    ] = None
    attachments: Annotated[
        MayBeMissing[list[Attachment]],
        Field(description="Its files, if any; if you did not ask by `seq`, they are named in the text."),
    ] = None
    reply_to: Annotated[
        MayBeMissing[int],
        Field(
            description="The `seq` of the message it answers; this and the following fields only if you asked by `seq`."
        ),
    ] = None
    edited_at: Annotated[MayBeMissing[datetime], Field(description="When its author edited it.")] = None
    deleted_at: Annotated[MayBeMissing[datetime], Field(description="When its author deleted it.")] = None
    hidden: Annotated[MayBeMissing[bool], Field(description="Whether you deleted it for yourself.")] = None
    reactions: Annotated[MayBeMissing[list[ReactionData]], Field(description="Its reactions, if any.")] = None
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
    ticket: Annotated[str, Field(description="Opens one socket, and only once.")]
    expires_at: datetime


class BlockedPerson(ChatUser):
    blocked_at: datetime


class BlockedPage(Page):
    results: list[BlockedPerson]


class LastMessage(BaseModel):
    id: UUID
    seq: int
    body: str
    created_by: Annotated[UUID, Field(description="Its author, whose account may be deleted.")]
    created_at: datetime


class OwnConversation(BaseModel):
    id: UUID
    partner: Annotated[ChatUser | None, Field(description="The other person; null once the account is deleted.")]
    last_message: LastMessage | None
    last_seq: Annotated[int, Field(description="The `seq` of the last message, 0 if there is none.")]
    read_seq: Annotated[int, Field(description="The `seq` up to which you have read.")]
    unread: Annotated[int, Field(description="The number of unread messages from the other person, up to 1,000.")]
    partner_read_seq: Annotated[
        int | None,
        Field(
            description="The `seq` up to which the other person has read; null if they left or one of you blocked"
            " the other."
        ),
    ]
    is_muted: bool
    is_archived: Annotated[bool, Field(description="Whether you archived it; the next message brings it back.")]
    created_at: datetime
    updated_at: Annotated[datetime, Field(description="When the last message was sent.")]


class OwnConversationPage(Page):
    results: list[OwnConversation]
    unread: Annotated[
        int, Field(description="The number of unread messages in all your conversations, not only these.")
    ]
