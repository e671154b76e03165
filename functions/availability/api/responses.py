"""Response bodies of the availability endpoints."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from functions.availability.domain.commands import EXAMPLE_WEEK
from functions.availability.domain.terms_commands import EXAMPLE_TERMS
from shared.domain.time_of_day import TIME_PATTERN
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.response_models import MayBeMissing, Page

Time = Annotated[str, Field(pattern=TIME_PATTERN)]
Minutes = Annotated[int, Field(description="Minutes.")]
Days = Annotated[int, Field(description="Days.")]
Hours = Annotated[int, Field(description="Hours.")]
HourlyPrice = Annotated[int, Field(description="Whole units of the currency per hour.")]
SeatPrice = Annotated[int, Field(description="Whole units of the currency per hour and seat.")]
Currency = Annotated[str, Field(description="ISO 4217.")]


class Item(BaseModel):
    """A period of time that you offer."""

    id: int
    start_time: datetime
    end_time: datetime


class OfferedItem(Item):
    """A schedule item, and whether any of it is booked."""

    is_reserved: bool


class WeeklyHours(BaseModel):
    weekday: Annotated[int, Field(description="1 is Monday, 7 is Sunday.")]
    start: Time
    end: Time


class Week(BaseModel):
    """Your weekly hours, from Monday on."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_WEEK})

    time_zone: str
    hours: list[WeeklyHours]


EXAMPLE_OVERRIDE: dict[str, Any] = {
    "id": 7,
    "kind": "off",
    "first_day": "2027-07-01",
    "last_day": "2027-07-14",
    "start": "00:00",
    "end": "24:00",
    "note": "Urlop",
}


class Override(BaseModel):
    """Less time (`off`) or more (`extra`) than your weekly hours on some days, the last one included."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_OVERRIDE})

    id: int
    kind: Literal["extra", "off"]
    first_day: date
    last_day: date
    start: Time
    end: Time
    note: str


class OverridePage(Page):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"count": 1, "next": None, "previous": None, "results": [EXAMPLE_OVERRIDE]},
        }
    )

    results: list[Override]


class OwnBookingTerms(BaseModel):
    """Your terms. A null limit means none; without a meeting address every online session gets a new room."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_TERMS})

    time_zone: str
    session_lengths: list[Minutes]
    slot_step: Minutes
    buffer_before: Minutes
    buffer_after: Minutes
    minimum_notice: Minutes
    booking_window: Days
    max_per_day: int | None
    max_per_week: int | None
    confirmation: Literal["automatic", "manual"]
    cancellation_notice: Hours
    meeting_url: str | None
    group_seats: int
    group_price: SeatPrice | None
    currency: Currency
    free: Annotated[bool, Field(description="Whether a price of 0 is intended.")]


class PublicBookingTerms(BaseModel):
    """What students must know before they book."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "time_zone": "Europe/Warsaw",
                "session_lengths": [60, 90],
                "minimum_notice": 120,
                "booking_window": 60,
                "confirmation": "automatic",
                "cancellation_notice": 12,
                "price": 80,
                "group_seats": 5,
                "group_price": 40,
                "currency": "PLN",
            }
        }
    )

    time_zone: str
    session_lengths: list[Minutes]
    minimum_notice: Minutes
    booking_window: Days
    confirmation: Literal["automatic", "manual"]
    cancellation_notice: Hours
    price: HourlyPrice
    group_seats: int
    group_price: SeatPrice
    currency: Currency


EXAMPLE_SLOT: dict[str, Any] = {
    "start_time": "2027-03-29T09:00:00+02:00",
    "end_time": "2027-03-29T10:00:00+02:00",
    "kind": "group",
    "session": 12,
    "free_seats": 3,
    "seats": 5,
}


class Slot(BaseModel):
    """Free time, or a group session with free seats: then with its id and number of seats.

    Free time of tutors who teach only groups is a group without an id: booking it opens the group.
    """

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_SLOT})

    start_time: datetime
    end_time: datetime
    kind: Literal["individual", "group"]
    session: MayBeMissing[int | None] = None
    free_seats: MayBeMissing[int] = None
    seats: MayBeMissing[int] = None


class SlotPage(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"next": None, "results": [EXAMPLE_SLOT]}},
    )

    next: Annotated[str | None, Field(description="The next page of slots in the same window.")]
    results: list[Slot]
