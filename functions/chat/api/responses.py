"""What the chat answers over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

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
