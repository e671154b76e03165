"""Request bodies for schedules, weekly hours and their overrides."""

from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from functions.availability.domain.field_types import NO_DEFAULT, Day, TimeOfDay, described_default
from functions.availability.domain.recurrence import Override, WeeklyHours
from shared.domain.field_types import Zone, choice
from shared.domain.platform_settings import local_zone
from shared.domain.time_of_day import MINUTES_PER_DAY
from shared.kit.errors import FieldErrors
from shared.kit.http import fields
from shared.kit.http.fields import Flag, Moment, Text, Whole, invalid
from shared.kit.http.request_models import RecordedRequestModel, RequestModel

MAX_HOURS = 70
MAX_NOTE = 200
MAX_REASON = 500
TOO_MANY = f"Podaj co najwyżej {MAX_HOURS} przedziałów godzin."
ENDS_FIRST = "Godzina rozpoczęcia musi być wcześniejsza niż godzina zakończenia."
OVERLAP = "Godziny jednego dnia nie mogą na siebie zachodzić."
LAST_DAY_FIRST = "Ostatni dzień nie może być wcześniejszy niż pierwszy."
MOMENT = Moment(zone=local_zone)
EXAMPLE_WEEK: dict[str, Any] = {
    "time_zone": "Europe/Warsaw",
    "hours": [{"weekday": 1, "start": "09:00", "end": "17:00"}, {"weekday": 6, "start": "20:00", "end": "24:00"}],
}


class NewItem(RecordedRequestModel):
    """A single period of time that you offer."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"start_time": "2027-05-10T07:00:00.000Z", "end_time": "2027-05-10T08:00:00.000Z"}
        }
    )

    body_error_key: ClassVar[str] = "Error"

    start_time: Annotated[datetime, MOMENT]
    end_time: Annotated[datetime, MOMENT]


class NewHours(RequestModel):
    """Weekly hours. 24:00 is the midnight at the end of the day."""

    weekday: Annotated[int, Field(description="1 is Monday, 7 is Sunday."), Whole(minimum=1, maximum=7)]
    start: TimeOfDay
    end: TimeOfDay


def read_hours(value: Any) -> list[Any]:
    """Read a list, unless it is too long."""
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, list):
        raise invalid(fields.not_a("list", value))
    if len(value) > MAX_HOURS:
        raise invalid(TOO_MANY)
    return value


def read_row(value: Any) -> Any:
    if not isinstance(value, dict):
        raise invalid(fields.not_a("dict", value))
    return value


class NewWeek(RequestModel):
    """All your weekly hours. Without a time zone, yours stays as it is."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_WEEK})

    time_zone: Annotated[Zone, NO_DEFAULT] = ""
    hours: Annotated[
        list[Annotated[NewHours, BeforeValidator(read_row)]],
        BeforeValidator(read_hours),
        Field(max_length=MAX_HOURS),
    ]

    def checked(self) -> list[WeeklyHours]:
        """The hours, sorted. Raises FieldErrors for rows that end before they start or overlap others."""
        rows = [(WeeklyHours(each.weekday, each.start, each.end), row) for row, each in enumerate(self.hours)]
        if reversed_rows := [row for each, row in rows if each.starts >= each.ends]:
            raise FieldErrors({f"hours[{row}].end": [ENDS_FIRST] for row in reversed_rows})
        rows.sort()
        overlapping = [
            max(row, other_row)
            for (one, row), (other, other_row) in pairwise(rows)
            if one.weekday == other.weekday and other.starts < one.ends
        ]
        if overlapping:
            raise FieldErrors({f"hours[{row}]": [OVERLAP] for row in overlapping})
        return [each for each, _row in rows]


class NewOverride(RequestModel):
    """A day off, a vacation or extra hours: the same times on each of some days."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"kind": "off", "first_day": "2027-07-01", "last_day": "2027-07-14"}}
    )

    kind: Annotated[Literal["extra", "off"], choice("extra", "off")]
    first_day: Day
    last_day: Annotated[Day | None, Field(description="Included; by default the first day.")] = None
    start: Annotated[TimeOfDay, described_default("00:00")] = 0
    end: Annotated[TimeOfDay, described_default("24:00")] = MINUTES_PER_DAY
    note: Annotated[str, Text(max_length=MAX_NOTE, blank=True, visible=True)] = ""
    cancel_bookings: Annotated[
        bool,
        Flag(),
        Field(description="Cancel bookings that overlap time off; otherwise the request is refused and lists them."),
    ] = False
    reason: Annotated[
        str,
        Text(max_length=MAX_REASON, blank=True, visible=True),
        Field(description="Shown to the students whose bookings are cancelled."),
    ] = ""

    def checked(self) -> Override:
        """The override. Raises FieldErrors if it ends before it starts, or cancels bookings without a reason."""
        if self.cancel_bookings and not self.reason:
            raise FieldErrors({"reason": [fields.REQUIRED]})
        if self.start >= self.end:
            raise FieldErrors({"end": [ENDS_FIRST]})
        last_day = self.last_day or self.first_day
        if last_day < self.first_day:
            raise FieldErrors({"last_day": [LAST_DAY_FIRST]})
        return Override(self.kind, self.first_day, last_day, self.start, self.end)
