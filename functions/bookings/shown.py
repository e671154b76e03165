"""Response bodies of the bookings endpoints."""

from typing import Literal

from pydantic import BaseModel


class Booked(BaseModel):
    """What all reservations tell. Times are ISO 8601, the price is of the whole session."""

    id: int
    is_confirmed: bool
    created_at: str
    state: Literal["pending", "confirmed", "cancelled", "expired", "completed", "no_show"]
    awaiting: Literal["tutor", "student"] | None
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


class Reservation(Booked):
    user: str | None
    tutor: int | None
    schedule_item: int | None


class SkippedTime(BaseModel):
    start_time: str
    code: str


class Series(BaseModel):
    series: str
    reservations: list[Reservation]
    skipped: list[SkippedTime]


class ItemOfReservation(BaseModel):
    id: int | None
    start_time: str
    end_time: str
    is_reserved: bool


class StudentShown(BaseModel):
    id: str
    first_name: str
    last_name: str
    profile_image: str


class TutorShown(StudentShown):
    id: int  # type: ignore[assignment]  # a tutor's number, where an account has a UUID


class TutorsReservation(Booked):
    schedule_item: ItemOfReservation
    user: StudentShown | None
    tutor: int | None


class StudentsReservation(Booked):
    schedule_item: ItemOfReservation
    tutor: TutorShown | None
    user: str | None


class ChangeShown(BaseModel):
    kind: str
    from_state: str | None
    to_state: str
    by: Literal["student", "tutor", "system"]
    reason: str
    old_start_time: str | None
    at: str


class ReservationDetails(Booked):
    schedule_item: ItemOfReservation
    tutor: TutorShown | None
    user: StudentShown | None
    changes: list[ChangeShown]


class Page(BaseModel):
    count: int
    next: str | None
    previous: str | None


class TutorsPage(Page):
    results: list[TutorsReservation]


class StudentsPage(Page):
    results: list[StudentsReservation]


class Month(BaseModel):
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


class Entry(BaseModel):
    """A place in a line; `booking` is the offer, which waits for an answer while the state is `offered`."""

    id: int
    session: int
    tutor: TutorShown | None
    start_time: str
    end_time: str
    kind: str
    form: str
    state: Literal["waiting", "offered", "taken", "missed", "left", "closed"]
    position: int | None
    booking: int | None
    created_at: str
