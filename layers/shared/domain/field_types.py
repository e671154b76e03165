"""Types of the fields of our own requests that several features have."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from shared.domain.time_zones import UNKNOWN_ZONE, find_zone
from shared.kit.http import fields
from shared.kit.http.fields import invalid

NOT_A_CHOICE = "Dozwolone wartości: {}."


def read_zone(value: Any) -> str:
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, str) or find_zone(value.strip()) is None:
        raise invalid(UNKNOWN_ZONE)
    return value.strip()


def choice(*words: str) -> BeforeValidator:
    """One of some words, written exactly so."""

    def read(value: Any) -> str:
        if value is None:
            raise invalid(fields.NULL)
        if not isinstance(value, str) or value not in words:
            raise invalid(NOT_A_CHOICE.format(", ".join(words)))
        return value

    return BeforeValidator(read)


Zone = Annotated[str, BeforeValidator(read_zone), Field(description="The IANA name of a time zone.")]
