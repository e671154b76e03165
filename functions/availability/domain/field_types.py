"""Types of the commands' fields: times of day, days."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from shared.domain.time_of_day import NOT_A_TIME, TIME_PATTERN, parse_time_of_day
from shared.kit.http import fields
from shared.kit.http.fields import invalid

NOT_A_DAY = "Data ma zły format. Użyj jednego z tych formatów: YYYY-MM-DD."
DAY_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_DAY = re.compile(DAY_PATTERN[1:-1])


def read_time_of_day(value: Any) -> int:
    if value is None:
        raise invalid(fields.NULL)
    minutes = parse_time_of_day(value.strip()) if isinstance(value, str) else None
    if minutes is None:
        raise invalid(NOT_A_TIME)
    return minutes


def read_day(value: Any) -> date:
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, str) or not _DAY.fullmatch(value.strip()):
        raise invalid(NOT_A_DAY)
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise invalid(NOT_A_DAY) from None


def described_default(default: str) -> Any:
    """The default to describe in the schema, as clients send it; the field's own default is the parsed value."""
    return Field(json_schema_extra={"default": default})


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


# For an optional field whose default is a value that clients cannot send.
NO_DEFAULT: Any = Field(json_schema_extra=_without_default)

# Minutes since midnight.
TimeOfDay = Annotated[
    int, BeforeValidator(read_time_of_day), WithJsonSchema({"type": "string", "pattern": TIME_PATTERN})
]
Day = Annotated[
    date, BeforeValidator(read_day), WithJsonSchema({"type": "string", "format": "date", "pattern": DAY_PATTERN})
]
