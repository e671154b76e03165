"""Response bodies of the bookings endpoints, for the API description: SQL statements write the actual answers."""

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
Price = Annotated[str, Field(description="For the whole session, in its currency, with two decimals.")]
Money = Annotated[str, Field(description="In the currency of the month, with two decimals.")]
Hours = Annotated[float, Field(description="Hours.")]
Currency = Annotated[str, Field(description="ISO 4217.")]
Picture = Annotated[str, Field(description="The path of the picture on this server.")]


class _Booked(BaseModel):
    """The fields of all reservations."""

    id: int
    is_confirmed: Annotated[bool, Field(description="Whether the student's seat is confirmed.")]
    created_at: datetime
    state: State
    awaiting: Annotated[Answerer | None, Field(description="Who must answer while the state is `pending`.")]
    expires_at: Annotated[datetime | None, Field(description="The deadline to answer.")]
    start_time: datetime
    end_time: datetime
    kind: Kind
    form: Form
    seat: Annotated[int, Field(description="The number of the seat in a group, counting from 1.")]
    seats: Annotated[int, Field(description="The number of seats in the session.")]
    price: Price
    currency: Currency
    location: Annotated[str, Field(description="Where you meet; empty for online sessions.")]
    meeting_url: Annotated[str, Field(description="The online room; empty until the seat is confirmed.")]
    note: str
    session: int
    series: Annotated[UUID | None, Field(description="The id of the weekly series it belongs to.")]
    cancellable_until: Annotated[datetime | None, Field(description="The student's deadline to cancel or move it.")]
    updated_at: datetime


class Reservation(_Booked):
    """A reservation with the ids of its student (`user`), tutor and schedule item."""

    user: UUID | None
    tutor: int | None
    schedule_item: int | None


class Proposal(BaseModel):
    """A new time for the session that the tutor proposes, with its new price."""

    id: Annotated[int, Field(description="Send it to accept the proposal; a newer proposal has a new id.")]
    start_time: datetime
    end_time: datetime
    expires_at: Annotated[
        datetime, Field(description="The deadline to accept it; after that the session keeps its time.")
    ]
    accepted: Annotated[bool, Field(description="Whether this student has accepted; a group moves once all have.")]
    price: Price


OpenProposal = Annotated[Proposal | None, Field(description="The tutor's open proposal.")]


class ChangedReservation(Reservation):
    """A reservation after a change."""

    proposal: OpenProposal


class CancelledSession(BaseModel):
    """A session that was called off, with the reservations that this cancelled."""

    id: int
    reservations: list[ChangedReservation]


class SkippedTime(BaseModel):
    """A time of a series that could not be booked, with the code of the error."""

    start_time: datetime
    code: Annotated[str, Field(json_schema_extra={"enum": list(SLOT_CODES)})]


class Series(BaseModel):
    """A weekly series, by start time."""

    id: UUID
    reservations: list[ChangedReservation]


class BookedSeries(BaseModel):
    """A series that was just booked, by start time, with the times that were not free."""

    id: UUID
    reservations: list[Reservation]
    skipped: list[SkippedTime]


class SeriesOfBooking(BaseModel):
    """A series, as returned by the deprecated way to book one."""

    series: UUID
    reservations: list[Reservation]
    skipped: list[SkippedTime]


class BookedItem(BaseModel):
    """The schedule item it was booked from; `id` is null if there was none."""

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
    id: int  # type: ignore[assignment]  # an account has a UUID, a tutor a number


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
    """A change of a booking. `old_start_time` is set if it was moved, `proposed_start_time` if a move was proposed."""

    kind: ChangeKind
    from_state: State | None
    to_state: State
    by: Role
    reason: str
    old_start_time: datetime | None
    proposed_start_time: datetime | None
    at: datetime


class ReservationDetails(_Booked):
    """A reservation with both people and its history."""

    schedule_item: BookedItem
    tutor: TutorSummary | None
    user: StudentSummary | None
    proposal: OpenProposal
    changes: list[Change]


class TutorsReservationInPages(TutorsReservation):
    """The same, with the tutor's proposal."""

    proposal: OpenProposal


class StudentsReservationInPages(StudentsReservation):
    """The same, with the tutor's proposal."""

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
    """A month, with what you earned from its completed sessions and will earn from its confirmed ones."""

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
    """Your place on a waitlist; `booking` is the offer, which awaits your answer while the state is `offered`."""

    id: int
    session: int
    tutor: TutorSummary | None
    start_time: datetime
    end_time: datetime
    kind: Kind
    form: Form
    state: Literal["waiting", "offered", "taken", "missed", "left", "closed"]
    position: Annotated[int | None, Field(description="Your position, from 1, while you wait.")]
    booking: int | None
    created_at: datetime


class WaitlistPage(Page):
    results: list[WaitlistEntry]
