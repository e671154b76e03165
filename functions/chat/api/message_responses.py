"""Response bodies about messages, for our own clients."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from functions.chat.api.responses import ChatUser, Message
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.response_models import Page


class PostedMessageItem(Message):
    """A message that was just stored."""

    client_id: Annotated[str | None, Field(description="The id that the sender chose.")]


class MessagePage(BaseModel):
    next: Annotated[str | None, Field(description="The next page in the same direction.")]
    last_seq: Annotated[int, Field(description="The `seq` of the conversation's last message.")]
    change_seq: Annotated[int, Field(description="The number of the conversation's last change.")]
    read_seq: Annotated[int, Field(description="The `seq` up to which you have read.")]
    results: list[Message]


class FoundMessage(BaseModel):
    id: UUID
    conversation: UUID
    seq: int
    body: str
    created_at: datetime
    created_by: Annotated[ChatUser | None, Field(description="Null once the account is deleted.")]


class FoundMessagePage(Page):
    results: list[FoundMessage]
    is_complete: Annotated[
        bool,
        Field(
            description="False if only your newest messages were searched, 20,000 or 3 MB of text: narrow the search by"
            " conversation or time."
        ),
    ]
