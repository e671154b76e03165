"""Request bodies of the bookings endpoints; what is answered stands in `shown`."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict

from shared.domain.platform_settings import local_zone
from shared.kit.http.fields import Flag, Moment, Text, Whole
from shared.kit.http.request_models import RequestModel
from shared.kit.text import unstorable_characters

MOMENT = Moment(zone=local_zone)
MAX_NOTE = 500
NOT_A_CHOICE = "„{}” nie jest poprawnym wyborem."
MAX_ROW_ID = 2**63 - 1


def one_of(*choices: str) -> Text:
    """One of some words."""

    def check(text: str) -> list[str]:
        return [] if text in choices or unstorable_characters(text) else [NOT_A_CHOICE.format(text[:50])]

    checks: tuple[Callable[[str], list[str]], ...] = (check,)
    return Text(checks=checks)


RowId = Annotated[int | None, Whole(minimum=1, maximum=MAX_ROW_ID)]
TutorId = Annotated[int | None, Whole(minimum=1)]
Minutes = Annotated[int | None, Whole(minimum=5, maximum=1440)]
Reason = Annotated[str, Text(max_length=MAX_NOTE, blank=True)]


class NewBooking(RequestModel):
    """An item of the schedule or a part of it, a time of a tutor, or a group's session."""

    model_config = ConfigDict(json_schema_extra={"example": {"schedule_item": 1, "note": "Całki, proszę."}})

    schedule_item: RowId = None
    tutor: TutorId = None
    session: RowId = None
    start_time: Annotated[datetime | None, MOMENT] = None
    end_time: Annotated[datetime | None, MOMENT] = None
    length: Minutes = None
    kind: Annotated[str, one_of("individual", "group")] = "individual"
    form: Annotated[str | None, one_of("online", "in_person")] = None
    note: Annotated[str, Text(max_length=MAX_NOTE, blank=True)] = ""
    weeks: Annotated[int | None, Whole(minimum=2, maximum=26)] = None
    skip_conflicts: Annotated[bool, Flag()] = False


class Cancellation(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "Choroba"}})

    reason: Reason = ""


class Empty(RequestModel):
    """Nothing has to be sent."""

    model_config = ConfigDict(json_schema_extra={"example": {}})


class NewTime(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"start_time": "2027-05-10T16:00:00+02:00", "length": 60, "reason": ""}}
    )

    start_time: Annotated[datetime, MOMENT]
    length: Minutes = None
    reason: Reason = ""


class Line(RequestModel):
    """A full session, by its id or by its tutor and the time it starts."""

    model_config = ConfigDict(json_schema_extra={"example": {"session": 1}})

    session: RowId = None
    tutor: TutorId = None
    start_time: Annotated[datetime | None, MOMENT] = None
