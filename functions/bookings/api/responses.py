"""Response bodies of the bookings endpoints: what clients see of them, the answers are written by statements."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from functions.bookings.domain.commands import Form, Kind
from functions.bookings.domain.errors import SLOT_ERRORS
from functions.bookings.domain.transitions import Answerer, ChangeKind, Role, State
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.response_models import Page

SLOT_CODES = sorted(error.code for error in SLOT_ERRORS.values())
Price = Annotated[str, Field(description="Of the whole session, in its currency, with two decimals.")]
Money = Annotated[str, Field(description="In the currency of the month, with two decimals.")]
Hours = Annotated[float, Field(description="Hours.")]
Currency = Annotated[str, Field(description="ISO 4217.")]
Picture = Annotated[str, Field(description="The path of the picture on this server.")]


class _Booked(BaseModel):
    """What all reservations have."""

    id: int
    is_confirmed: Annotated[bool, Field(description="Whether the seat is the student's for certain.")]
    created_at: datetime
    state: State
    awaiting: Annotated[Answerer | None, Field(description="Who has to answer while the state is `pending`.")]
    expires_at: Annotated[datetime | None, Field(description="Until when there is time to answer.")]
    start_time: datetime
    end_time: datetime
    kind: Kind
    form: Form
    seat: Annotated[int, Field(description="The number of the seat in a group, counting from 1.")]
    seats: Annotated[int, Field(description="How many the session has.")]
    price: Price
    currency: Currency
    location: Annotated[str, Field(description="Where you meet; empty online.")]
    meeting_url: Annotated[str, Field(description="The room online; empty until the seat is confirmed.")]
    note: str
    session: int
    series: Annotated[UUID | None, Field(description="The id of the weekly series it belongs to.")]
    cancellable_until: Annotated[datetime | None, Field(description="Until when its student can cancel or move it.")]
    updated_at: datetime


class Reservation(_Booked):
    """A reservation with the ids of its student (`user`), tutor and item of the schedule."""

    user: UUID | None
    tutor: int | None
    schedule_item: int | None


class Proposal(BaseModel):
    """A time to which the tutor proposes to move the session, with the price it would have then."""

    id: Annotated[int, Field(description="What you name to accept it; the tutor's next proposal has another.")]
    start_time: datetime
    end_time: datetime
    expires_at: Annotated[datetime, Field(description="Until when you can accept it; then the session stays.")]
    accepted: Annotated[bool, Field(description="Whether this student has; a group moves once all have.")]
    price: Price


OpenProposal = Annotated[Proposal | None, Field(description="What the tutor proposes, while nobody has decided.")]


class ChangedReservation(Reservation):
    """A reservation after a change of it."""

    proposal: OpenProposal


class SkippedTime(BaseModel):
    """A time of a series that could not be booked, with the code of the error."""

    start_time: datetime
    code: Annotated[str, Field(json_schema_extra={"enum": list(SLOT_CODES)})]


class Series(BaseModel):
    """A weekly series, in order of time."""

    id: UUID
    reservations: list[ChangedReservation]


class BookedSeries(BaseModel):
    """A series that was just booked, in order of time, with the times that were not free."""

    id: UUID
    reservations: list[Reservation]
    skipped: list[SkippedTime]


class SeriesOfBooking(BaseModel):
    """A series as the deprecated form of booking one answers it."""

    series: UUID
    reservations: list[Reservation]
    skipped: list[SkippedTime]


class BookedItem(BaseModel):
    """The item of the schedule it was booked from; `id` is null where it was none."""

    id: int | None
    start_time: datetime
    end_time: datetime
    is_reserved: bool


class StudentSummary(BaseModel):
    id: UUID
    first_name: str
    last_name: str
    profile_image: Picture


class TutorSummary(StudentSummary):
    id: int  # type: ignore[assignment]  # a tutor's number, where an account has a UUID


class TutorsReservation(_Booked):
    """A reservation as its tutor lists it."""

    schedule_item: BookedItem
    user: StudentSummary | None
    tutor: int | None


class StudentsReservation(_Booked):
    """A reservation as its student lists it."""

    schedule_item: BookedItem
    tutor: TutorSummary | None
    user: UUID | None


class Change(BaseModel):
    """A step in a booking's life; `old_start_time` is of one that moved it, `proposed_start_time` of a proposal to."""

    kind: ChangeKind
    from_state: State | None
    to_state: State
    by: Role
    reason: str
    old_start_time: datetime | None
    proposed_start_time: datetime | None
    at: datetime


class ReservationDetails(_Booked):
    """A reservation with both its people and its history."""

    schedule_item: BookedItem
    tutor: TutorSummary | None
    user: StudentSummary | None
    proposal: OpenProposal
    changes: list[Change]


class TutorsReservationInPages(TutorsReservation):
    """The same, with what the tutor proposes."""

    proposal: OpenProposal


class StudentsReservationInPages(StudentsReservation):
    """The same, with what the tutor proposes."""

    proposal: OpenProposal


class TutorsPage(Page):
    results: list[TutorsReservationInPages]


class StudentsPage(Page):
    results: list[StudentsReservationInPages]


class RecordedTutorsPage(Page):
    results: list[TutorsReservation]


class RecordedStudentsPage(Page):
    results: list[StudentsReservation]


class Month(BaseModel):
    """A month with what its completed sessions brought you, and what its confirmed ones will bring."""

    month: Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}$", description="Year and month.")]
    currency: Currency
    earned: Money
    expected: Money
    hours: Hours
    expected_hours: Hours
    sessions: int


class Earnings(BaseModel):
    year: int
    months: list[Month]


class WaitlistEntry(BaseModel):
    """Your place on a waitlist; `booking` is the offer, which waits for an answer while the state is `offered`."""

    id: int
    session: int
    tutor: TutorSummary | None
    start_time: datetime
    end_time: datetime
    kind: Kind
    form: Form
    state: Literal["waiting", "offered", "taken", "missed", "left", "closed"]
    position: Annotated[int | None, Field(description="Counting from 1, while you wait.")]
    booking: int | None
    created_at: datetime


class WaitlistPage(Page):
    results: list[WaitlistEntry]
