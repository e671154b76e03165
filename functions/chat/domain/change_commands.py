"""Request bodies for changing a message."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from functions.chat.domain.emojis import MAX_LENGTH, read_emoji
from functions.chat.domain.messages import MAX_BYTES, MAX_CHARACTERS
from shared.kit.http import fields
from shared.kit.http.fields import Text, invalid
from shared.kit.http.request_models import RequestModel

NOT_EMOJI = "Podaj jedno emoji."


def byte_complaints(text: str) -> list[str]:
    """A complaint about a text of too many bytes to fit into a frame."""
    is_too_long = len(text.encode(errors="replace")) > MAX_BYTES
    return [fields.TOO_LONG.format(MAX_CHARACTERS)] if is_too_long else []


def emoji(value: Any) -> str:
    """Read one emoji, in its fully qualified form."""
    found = read_emoji(value) if isinstance(value, str) else None
    if found is None:
        raise invalid(NOT_EMOJI)
    return found


Emoji = Annotated[
    str,
    BeforeValidator(emoji),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_LENGTH}),
    Field(description="One emoji, including its skin tone or flag sequence."),
]


class EditedMessage(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"body": "Do zobaczenia o 17!"}})

    body: Annotated[
        str,
        Text(max_length=MAX_CHARACTERS, visible=True, trim=False, checks=(byte_complaints,)),
        Field(description="The new text."),
    ]


class NewReaction(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"emoji": "👍"}})

    emoji: Emoji
