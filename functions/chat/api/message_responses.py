"""What the chat answers about messages to clients of our own."""

from typing import Annotated

from pydantic import BaseModel, Field

from functions.chat.api.responses import Message


class PostedMessageItem(Message):
    """A message just stored."""

    client_id: Annotated[str | None, Field(description="The sender's own id of it.")]


class MessagePage(BaseModel):
    next: Annotated[str | None, Field(description="Goes on in the same direction.")]
    last_seq: Annotated[int, Field(description="Of the conversation's last message.")]
    change_seq: Annotated[int, Field(description="The number of the conversation's last change.")]
    read_seq: Annotated[int, Field(description="The last message that counts as read by you.")]
    results: list[Message]
