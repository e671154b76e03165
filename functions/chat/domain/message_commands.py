"""Request bodies about messages."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from functions.chat.domain.change_commands import byte_complaints
from functions.chat.domain.messages import MAX_ATTACHMENTS, MAX_CHARACTERS, MAX_CLIENT_ID, NewMessage, are_attachments
from shared.kit.db.integers import MAX_INT64
from shared.kit.errors import FieldErrors
from shared.kit.http.fields import BLANK, Text, Whole, invalid
from shared.kit.http.request_models import RequestModel
from shared.kit.text import is_visible

NOT_ATTACHMENTS = f"Podaj od 1 do {MAX_ATTACHMENTS} różnych identyfikatorów załączników."


def attachment_ids(value: Any) -> list[str] | None:
    """Read attachment ids as frames name them."""
    if value is None or are_attachments(value):
        return value
    raise invalid(NOT_ATTACHMENTS)


class PostedMessage(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"body": "Dzień dobry!", "id": "a1b2"}})

    body: Annotated[
        str,
        Text(max_length=MAX_CHARACTERS, blank=True, trim=False, checks=(byte_complaints,)),
        Field(description="The text; may be empty if there are attachments."),
    ] = ""
    id: Annotated[
        str | None,
        Text(max_length=MAX_CLIENT_ID, trim=False, null=True),
        Field(description="An id you choose: retries with the same id store the message only once."),
    ] = None
    reply_to: Annotated[
        int | None, Whole(minimum=1, maximum=MAX_INT64), Field(description="The `seq` of the message that it answers.")
    ] = None
    attachments: Annotated[
        list[str] | None,
        BeforeValidator(attachment_ids),
        WithJsonSchema({"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": MAX_ATTACHMENTS}),
        Field(description="Ids of completed attachments."),
    ] = None

    def to(self, conversation_id: UUID) -> NewMessage:
        """The message to store. Raises FieldErrors if it is empty."""
        if not self.attachments and not is_visible(self.body):
            raise FieldErrors({"body": [BLANK]})
        return NewMessage("", self.body, self.id, self.reply_to, str(conversation_id), self.attachments)
