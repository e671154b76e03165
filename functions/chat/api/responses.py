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
