"""Request bodies of the bookings endpoints, with their validation."""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, ConfigDict, Field

from shared.domain.bounds import LONGEST_SESSION, SHORTEST_SESSION
from shared.domain.platform_settings import local_zone
from shared.kit.db.integers import MAX_INT64
from shared.kit.http.fields import NULL, Flag, Moment, Text, Whole, invalid, not_a
from shared.kit.http.request_models import RequestModel
from shared.kit.text import unstorable_characters

# Do not guess the zone: a time without an offset may be in the student's zone or the tutor's.
MOMENT = Moment(zone=local_zone, offset=True)
WHOLE_MINUTE = Moment(zone=local_zone, offset=True, whole_minute=True)
MAX_NOTE = 500
MIN_WEEKS, MAX_WEEKS = 2, 26
TOO_MANY = f"Podaj co najwyżej {MAX_WEEKS} propozycji."
OUT_OF_BOUNDS = f"Zajęcia trwają od {SHORTEST_SESSION} do {LONGEST_SESSION} minut."
NOT_A_CHOICE = "„{}” nie jest poprawnym wyborem."


def one_of(*choices: str) -> BeforeValidator:
    """Accept one of the words in the annotation."""

    def check(text: str) -> list[str]:
        return [] if text in choices or unstorable_characters(text) else [NOT_A_CHOICE.format(text[:50])]

    return BeforeValidator(Text(checks=(check,)).clean)


Kind = Literal["individual", "group"]
Form = Literal["online", "in_person"]
RowId = Annotated[int | None, Whole(minimum=1, maximum=MAX_INT64)]
ProposalId = Annotated[int, Whole(minimum=1, maximum=MAX_INT64)]
TutorId = Annotated[int | None, Whole(minimum=1)]
# An item entered by hand lasts up to a day, and can be booked as a whole.
Minutes = Annotated[
    int | None,
    Whole(minimum=5, maximum=1440),
    Field(description="In minutes: a length in the tutor's terms, or that of the whole schedule item."),
]
StartTime = Annotated[datetime | None, WHOLE_MINUTE, Field(description="A whole minute, with its offset from UTC.")]
Reason = Annotated[
    str,
    Text(max_length=MAX_NOTE, blank=True, visible=True),
    Field(description="Shown to the other person; required of tutors."),
]


class SlotCommand(RequestModel):
    """An item of the schedule or a part of it, or a time of a tutor: an end or a length goes with the start."""

    schedule_item: RowId = None
    tutor: TutorId = None
    start_time: StartTime = None
    end_time: StartTime = None
    length: Minutes = None
    kind: Annotated[Kind, one_of(*get_args(Kind))] = "individual"
    form: Annotated[Form | None, one_of(*get_args(Form))] = None
    note: Annotated[str, Text(max_length=MAX_NOTE, blank=True, visible=True)] = ""


class NewBooking(SlotCommand):
    """A schedule item or a part of it, a time of a tutor, or a group session."""

    model_config = ConfigDict(json_schema_extra={"example": {"schedule_item": 1, "note": "Całki, proszę."}})

    session: RowId = None
    weeks: Annotated[
        int | None,
        Whole(minimum=MIN_WEEKS, maximum=MAX_WEEKS),
        Field(description="Use /api/reservation/series/ instead.", json_schema_extra={"deprecated": True}),
    ] = None
    skip_conflicts: Annotated[
        bool,
        Flag(),
        Field(description="Use /api/reservation/series/ instead.", json_schema_extra={"deprecated": True}),
    ] = False


class NewSeries(SlotCommand):
    """The first session and the number of weeks; all at the same time of day in the tutor's zone."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"tutor": 1, "start_time": "2027-05-10T16:00:00+02:00", "length": 60, "weeks": 4}}
    )

    weeks: Annotated[int, Whole(minimum=MIN_WEEKS, maximum=MAX_WEEKS), Field(description="In weeks.")]
    skip_conflicts: Annotated[bool, Flag(), Field(description="If some weeks are not free, book the others.")] = False


class Cancellation(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "Choroba"}})

    reason: Reason = ""


class SeriesCancellation(Cancellation):
    model_config = ConfigDict(json_schema_extra={"example": {"from_reservation": 12, "reason": "Choroba"}})

    from_reservation: Annotated[
        int | None,
        Whole(minimum=1, maximum=MAX_INT64),
        Field(description="The first session to cancel; by default all that have not begun are cancelled."),
    ] = None


class EmptyBody(RequestModel):
    """No fields are required."""

    model_config = ConfigDict(json_schema_extra={"example": {}})


class TimesRead(RequestModel):
    """The times you have read, in case the session has moved since: you agree to no others."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"start_time": "2027-05-10T16:00:00+02:00", "end_time": "2027-05-10T17:00:00+02:00"}
        }
    )

    start_time: Annotated[datetime | None, MOMENT, Field(description="With its offset from UTC.")] = None
    end_time: Annotated[datetime | None, MOMENT, Field(description="With its offset from UTC.")] = None


class AcceptedProposal(RequestModel):
    """The proposal you have read; a newer one is not accepted."""

    model_config = ConfigDict(json_schema_extra={"example": {"proposal": 31}})

    proposal: Annotated[ProposalId, Field(description="The `id` of the reservation's proposal.")]


def read_list(value: Any) -> list[Any]:
    if value is None:
        raise invalid(NULL)
    if not isinstance(value, list):
        raise invalid(not_a("list", value))
    if len(value) > MAX_WEEKS:
        raise invalid(TOO_MANY)
    return value


class AcceptedProposals(RequestModel):
    """The proposals for a series you have read: nothing is accepted unless the list is complete."""

    model_config = ConfigDict(json_schema_extra={"example": {"proposals": [31, 32, 33]}})

    proposals: Annotated[
        list[ProposalId],
        BeforeValidator(read_list),
        Field(max_length=MAX_WEEKS, description="The `id`s of all open proposals of the series, in any order."),
    ]


# An item entered by hand lasts up to a day, and a session that books all of it may keep that length.
MovedLength = Annotated[
    int | None,
    Whole(minimum=5, maximum=1440, outside=OUT_OF_BOUNDS),
    Field(
        description=f"In minutes: {SHORTEST_SESSION} to {LONGEST_SESSION}, or the present length, which is the default."
    ),
]


class NewTime(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"start_time": "2027-05-10T16:00:00+02:00", "length": 60, "reason": ""}}
    )

    start_time: Annotated[datetime, WHOLE_MINUTE, Field(description="A whole minute, with its offset from UTC.")]
    length: MovedLength = None
    reason: Reason = ""


class SeriesMove(NewTime):
    """The new start of the first session; the others move by the same amount."""

    from_reservation: Annotated[
        int | None,
        Whole(minimum=1, maximum=MAX_INT64),
        Field(description="The first session to move; by default all that have not begun are moved."),
    ] = None


class FullSession(RequestModel):
    """A full session, given by its id, or by its tutor and start time."""

    model_config = ConfigDict(json_schema_extra={"example": {"session": 1}})

    session: RowId = None
    tutor: TutorId = None
    start_time: Annotated[datetime | None, MOMENT, Field(description="With its offset from UTC.")] = None
