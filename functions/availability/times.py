"""Times of day, days and zones as the availability endpoints read and write them."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from shared.domain.time_zones import UNKNOWN_ZONE, find_zone
from shared.kit.http import fields
from shared.kit.http.fields import invalid

NOT_A_TIME = "Podaj godzinę w postaci GG:MM."
NOT_A_DAY = "Data ma zły format. Użyj jednego z tych formatów: YYYY-MM-DD."
NOT_A_CHOICE = "Dozwolone wartości: {}."
TIME = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def read_time(value: Any) -> int:
    """Minutes since midnight from a time like 09:30."""
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, str) or not re.fullmatch(TIME[1:-1], value.strip()):
        raise invalid(NOT_A_TIME)
    hours, minutes = value.strip().split(":")
    return int(hours) * 60 + int(minutes)


def time_text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def read_day(value: Any) -> date:
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, str) or not re.fullmatch(DAY[1:-1], value.strip()):
        raise invalid(NOT_A_DAY)
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise invalid(NOT_A_DAY) from None


def read_zone(value: Any) -> str:
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, str) or find_zone(value.strip()) is None:
        raise invalid(UNKNOWN_ZONE)
    return value.strip()


def one_of(*choices: str) -> Callable[[Any], str]:
    """A reader of one of some words."""

    def read(value: Any) -> str:
        if value is None:
            raise invalid(fields.NULL)
        if not isinstance(value, str) or value not in choices:
            raise invalid(NOT_A_CHOICE.format(", ".join(choices)))
        return value

    return read


TimeOfDay = Annotated[int, BeforeValidator(read_time), WithJsonSchema({"type": "string", "pattern": TIME})]
Day = Annotated[date, BeforeValidator(read_day), WithJsonSchema({"type": "string", "format": "date", "pattern": DAY})]
Zone = Annotated[str, BeforeValidator(read_zone)]
