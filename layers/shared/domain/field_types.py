"""Field types of our own requests that several features share."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, WithJsonSchema

from shared.domain.time_zones import UNKNOWN_ZONE, find_zone
from shared.kit.http import fields
from shared.kit.http.fields import Text, invalid, uuid_or_none
from shared.kit.text import is_one_line, is_visible, unstorable_characters

NOT_A_CHOICE = "Dozwolone wartości: {}."


def read_zone(value: Any) -> str:
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, str) or find_zone(value.strip()) is None:
        raise invalid(UNKNOWN_ZONE)
    return value.strip()


def choice(*words: str) -> BeforeValidator:
    """One of these words, spelled exactly so."""

    def read(value: Any) -> str:
        if value is None:
            raise invalid(fields.NULL)
        if not isinstance(value, str) or value not in words:
            raise invalid(NOT_A_CHOICE.format(", ".join(words)))
        return value

    return BeforeValidator(read)


def read_id(value: Any) -> UUID:
    found = uuid_or_none(value)
    if found is None:
        raise invalid(fields.NOT_UUID)
    return found


def name_complaints(text: str) -> list[str]:
    """The contract allows empty names; refuse those that are merely invisible or that garble their line."""
    if not text or unstorable_characters(text):
        return []
    if not is_visible(text):
        return [fields.BLANK]
    return [] if is_one_line(text) else [fields.NOT_VALID]


Name = Annotated[str, Text(max_length=255, blank=True, normalized=True, checks=(name_complaints,))]
Zone = Annotated[str, BeforeValidator(read_zone), Field(description="The IANA name of a time zone.")]
Id = Annotated[UUID, BeforeValidator(read_id), WithJsonSchema({"type": "string", "format": "uuid"})]
