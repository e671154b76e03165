"""Request and response bodies of the terms of booking, and of slots."""

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from functions.availability.times import Zone, one_of
from shared.kit.http import fields
from shared.kit.http.fields import Text, Whole, invalid, whole_number
from shared.kit.http.partial_update import PartialUpdate
from shared.kit.http.request_models import RequestModel

MAX_PRICE = 1_000_000
MAX_URL = 500
SHORTEST, LONGEST, MAX_LENGTHS = 15, 480, 12
BAD_LENGTHS = f"Podaj od 1 do {MAX_LENGTHS} różnych długości zajęć, każdą od {SHORTEST} do {LONGEST} minut."
BAD_URL = "Podaj adres zaczynający się od https://."
BAD_CURRENCY = "Podaj trzyliterowy kod waluty (ISO 4217)."
HOST = re.compile(r"(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def read_lengths(value: Any) -> list[int]:
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, list):
        raise invalid(fields.not_a("list", value))
    lengths = [whole_number(each) for each in value[: MAX_LENGTHS + 1]]
    fitting = [each for each in lengths if each is not None and SHORTEST <= each <= LONGEST]
    if not 1 <= len(set(fitting)) == len(lengths) <= MAX_LENGTHS:
        raise invalid(BAD_LENGTHS)
    return fitting


def https_only(text: str) -> list[str]:
    """Complaints about an address that browsers may be sent to."""
    if re.search(r"[\s\x00-\x20\x7f<>\"\\^`{|}]", text):
        return [BAD_URL]
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (UnicodeError, ValueError):
        return [BAD_URL]
    sound = parts.scheme == "https" and "@" not in parts.netloc and HOST.fullmatch(host) and port != 0
    return [] if sound else [BAD_URL]


def read_currency(value: Any) -> str:
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, str) or not re.fullmatch("[A-Za-z]{3}", value.strip()):
        raise invalid(BAD_CURRENCY)
    return value.strip().upper()


Lengths = Annotated[
    list[int],
    BeforeValidator(read_lengths),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "integer", "minimum": SHORTEST, "maximum": LONGEST},
            "minItems": 1,
            "maxItems": MAX_LENGTHS,
            "uniqueItems": True,
        }
    ),
]

EXAMPLE_TERMS: dict[str, Any] = {
    "time_zone": "Europe/Warsaw",
    "session_lengths": [60, 90],
    "slot_step": 30,
    "buffer_before": 0,
    "buffer_after": 15,
    "minimum_notice": 120,
    "booking_window": 60,
    "max_per_day": 5,
    "max_per_week": None,
    "confirmation": "automatic",
    "cancellation_notice": 12,
    "meeting_url": "https://meet.example.com/ola",
    "group_seats": 5,
    "group_price": 40,
    "currency": "PLN",
}


class TermsChange(PartialUpdate, RequestModel):
    """A change of terms: what is absent stays as it is. Lengths, step, buffers and the notice are in minutes."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_TERMS})

    time_zone: Zone = ""
    session_lengths: Lengths = []
    slot_step: Annotated[int, Whole(minimum=5, maximum=240)] = 0
    buffer_before: Annotated[int, Whole(minimum=0, maximum=240)] = 0
    buffer_after: Annotated[int, Whole(minimum=0, maximum=240)] = 0
    minimum_notice: Annotated[int, Whole(minimum=0, maximum=43_200)] = 0
    booking_window: Annotated[int, Field(description="Days."), Whole(minimum=1, maximum=365)] = 0
    max_per_day: Annotated[int, Whole(minimum=1, maximum=1_000)] | None = None
    max_per_week: Annotated[int, Whole(minimum=1, maximum=1_000)] | None = None
    confirmation: Annotated[Literal["automatic", "manual"], BeforeValidator(one_of("automatic", "manual"))] = "manual"
    cancellation_notice: Annotated[int, Field(description="Hours."), Whole(minimum=0, maximum=720)] = 0
    meeting_url: Annotated[str | None, Text(max_length=MAX_URL, null=True, checks=(https_only,))] = None
    group_seats: Annotated[int, Whole(minimum=2, maximum=100)] = 0
    group_price: Annotated[int, Whole(minimum=0, maximum=MAX_PRICE)] | None = None
    currency: Annotated[str, BeforeValidator(read_currency)] = ""


class Terms(BaseModel):
    """Null limits are none; without a meeting address every online session gets a room of its own."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_TERMS})

    time_zone: str
    session_lengths: list[int]
    slot_step: int
    buffer_before: int
    buffer_after: int
    minimum_notice: int
    booking_window: int
    max_per_day: int | None
    max_per_week: int | None
    confirmation: str
    cancellation_notice: int
    meeting_url: str | None
    group_seats: int
    group_price: int | None
    currency: str


class PublicTerms(BaseModel):
    """What students must know before they book; prices are for an hour, a group's for a seat."""

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
    session_lengths: list[int]
    minimum_notice: int
    booking_window: int
    confirmation: str
    cancellation_notice: int
    price: int
    group_seats: int
    group_price: int
    currency: str


class Slot(BaseModel):
    """Free time, or a group session that has free seats: then with its number and how many seats there are.

    Free time of tutors who teach groups only is a group without a number: whoever books it opens it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "start_time": "2027-03-29T09:00:00+02:00",
                "end_time": "2027-03-29T10:00:00+02:00",
                "kind": "group",
                "session": 12,
                "free_seats": 3,
                "seats": 5,
            }
        }
    )

    start_time: str
    end_time: str
    kind: Literal["individual", "group"]
    session: int | None = None
    free_seats: int = 0
    seats: int = 0
