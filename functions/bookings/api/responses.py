"""Response bodies of the bookings endpoints. Times are ISO 8601, prices of the whole session."""

from typing import Literal

from pydantic import BaseModel

from functions.bookings.domain.transitions import Answerer, ChangeKind, Role, State


class _Booked(BaseModel):
    """What all reservations have. `cancellable_until` is for students; `series` is the id of a weekly series."""

    id: int
    is_confirmed: bool
    created_at: str
    state: State
    awaiting: Answerer | None
    expires_at: str | None
    start_time: str
    end_time: str
    kind: Literal["individual", "group"]
    form: Literal["online", "in_person"]
    seat: int
    seats: int
    price: str
    currency: str
    location: str
    meeting_url: str
    note: str
    session: int
    series: str | None
    cancellable_until: str | None
    updated_at: str


class Reservation(_Booked):
    """A reservation with the ids of its student (`user`), tutor and item of the schedule."""

    user: str | None
    tutor: int | None
    schedule_item: int | None


class SkippedTime(BaseModel):
    """A time of a series that could not be booked, with the code of the error."""

    start_time: str
    code: str


class Series(BaseModel):
    """A weekly series, in order of time."""

    id: str
    reservations: list[Reservation]


class BookedSeries(Series):
    """A series that was just booked, with the times that were not free."""

    skipped: list[SkippedTime]


class SeriesOfBooking(BaseModel):
    """A series as the deprecated form of booking one answers it."""

    series: str
    reservations: list[Reservation]
    skipped: list[SkippedTime]


class BookedItem(BaseModel):
    """The item of the schedule it was booked from; `id` is null where it was none."""

    id: int | None
    start_time: str
    end_time: str
    is_reserved: bool


class StudentSummary(BaseModel):
    id: str
    first_name: str
    last_name: str
    profile_image: str


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
    user: str | None


class Change(BaseModel):
    """A step in a booking's life; `old_start_time` is of one that moved it."""

    kind: ChangeKind
    from_state: State | None
    to_state: State
    by: Role
    reason: str
    old_start_time: str | None
    at: str


class ReservationDetails(_Booked):
    """A reservation with both its people and its history."""

    schedule_item: BookedItem
    tutor: TutorSummary | None
    user: StudentSummary | None
    changes: list[Change]


class _Page(BaseModel):
    """Part of a list: how many there are in all, and the paths of the pages around it."""

    count: int
    next: str | None
    previous: str | None


class TutorsPage(_Page):
    results: list[TutorsReservation]


class StudentsPage(_Page):
    results: list[StudentsReservation]


class Month(BaseModel):
    """A month as YYYY-MM with what completed sessions brought, what confirmed ones will bring, and their hours."""

    month: str
    currency: str
    earned: str
    expected: str
    hours: float
    expected_hours: float
    sessions: int


class Earnings(BaseModel):
    year: int
    months: list[Month]


class WaitlistEntry(BaseModel):
    """Your place on a waitlist; `booking` is the offer, which waits for an answer while the state is `offered`."""

    id: int
    session: int
    tutor: TutorSummary | None
    start_time: str
    end_time: str
    kind: Literal["individual", "group"]
    form: Literal["online", "in_person"]
    state: Literal["waiting", "offered", "taken", "missed", "left", "closed"]
    position: int | None
    booking: int | None
    created_at: str


class WaitlistPage(_Page):
    results: list[WaitlistEntry]
