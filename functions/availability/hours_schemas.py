"""Request and response bodies of weekly hours and their overrides."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from functions.availability.times import Day, TimeOfDay, Zone, one_of
from shared.kit.http import fields
from shared.kit.http.fields import Text, Whole, invalid
from shared.kit.http.request_models import RequestModel

MAX_HOURS = 70
MAX_NOTE = 200
TOO_MANY = f"Podaj co najwyżej {MAX_HOURS} przedziałów godzin."


class Hours(RequestModel):
    """Hours of every week; Monday is 1, Sunday is 7, and 24:00 the midnight at the end of the day."""

    weekday: Annotated[int, Whole(minimum=1, maximum=7)]
    start: TimeOfDay
    end: TimeOfDay


def list_of_objects(value: Any) -> list[Any]:
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, list):
        raise invalid(fields.not_a("list", value))
    if len(value) > MAX_HOURS:
        raise invalid(TOO_MANY)
    for each in value:
        if not isinstance(each, dict):
            raise invalid(fields.not_a("dict", each))
    return value


EXAMPLE_HOURS: dict[str, Any] = {
    "time_zone": "Europe/Warsaw",
    "hours": [{"weekday": 1, "start": "09:00", "end": "17:00"}, {"weekday": 6, "start": "20:00", "end": "24:00"}],
}


class NewHours(RequestModel):
    """The whole week; without a zone the tutor's stays as it is."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_HOURS})

    time_zone: Zone = ""
    hours: Annotated[list[Hours], BeforeValidator(list_of_objects), Field(max_length=MAX_HOURS)]


class ShownHours(BaseModel):
    weekday: int
    start: str
    end: str


class Week(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_HOURS})

    time_zone: str
    hours: list[ShownHours]


class NewOverride(RequestModel):
    """A day off, a vacation or extra hours: the same time on each of some days, the last one included."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"kind": "off", "first_day": "2027-07-01", "last_day": "2027-07-14"}}
    )

    kind: Annotated[Literal["extra", "off"], BeforeValidator(one_of("extra", "off"))]
    first_day: Day
    last_day: Day | None = None
    start: TimeOfDay = 0
    end: TimeOfDay = 1440
    note: Annotated[str, Text(max_length=MAX_NOTE, blank=True)] = ""


class ShownOverride(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": 7,
                "kind": "off",
                "first_day": "2027-07-01",
                "last_day": "2027-07-14",
                "start": "00:00",
                "end": "24:00",
                "note": "Urlop",
            }
        }
    )

    id: int
    kind: str
    first_day: str
    last_day: str
    start: str
    end: str
    note: str


class Detail(BaseModel):
    detail: str
