"""Request bodies for changes of the terms of booking."""

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from shared.domain.bounds import LONGEST_SESSION, MAX_PRICE, SHORTEST_SESSION
from shared.domain.field_types import Zone, choice
from shared.domain.platform_settings import platform_settings
from shared.kit.http import fields
from shared.kit.http.fields import Flag, Text, Whole, invalid, whole_number
from shared.kit.http.partial_update import PartialUpdate
from shared.kit.http.request_models import RequestModel

MAX_URL = 500
MAX_LENGTHS = 12
BAD_LENGTHS = (
    f"Podaj od 1 do {MAX_LENGTHS} różnych długości zajęć, każdą od {SHORTEST_SESSION} do {LONGEST_SESSION} minut."
)
BAD_URL = "Podaj adres zaczynający się od https://."
OTHER_CURRENCY = "Wszystkie ceny są w jednej walucie: {}."
HOST = re.compile(r"(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def read_lengths(value: Any) -> list[int]:
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, list):
        raise invalid(fields.not_a("list", value))
    lengths = [whole_number(each) for each in value[: MAX_LENGTHS + 1]]
    fitting = [each for each in lengths if each is not None and SHORTEST_SESSION <= each <= LONGEST_SESSION]
    if not 1 <= len(set(fitting)) == len(lengths) <= MAX_LENGTHS:
        raise invalid(BAD_LENGTHS)
    return fitting


def https_only(text: str) -> list[str]:
    """Complaints about a URL to which browsers may be sent."""
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
    """Read a currency, in any case; only the platform's is accepted."""
    currency = platform_settings().currency
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, str) or value.strip().upper() != currency:
        raise invalid(OTHER_CURRENCY.format(currency))
    return currency


Lengths = Annotated[
    list[int],
    BeforeValidator(read_lengths),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "integer", "minimum": SHORTEST_SESSION, "maximum": LONGEST_SESSION},
            "minItems": 1,
            "maxItems": MAX_LENGTHS,
            "uniqueItems": True,
            "description": "Minutes; the first is the default.",
        }
    ),
]
MINUTES = Field(description="Minutes.")
SESSIONS = Field(description="Sessions; null means no limit.")
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
    "free": False,
}


class BookingTermsChange(PartialUpdate, RequestModel):
    """A change of your terms; absent fields stay as they are."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_TERMS})

    time_zone: Zone = ""
    session_lengths: Lengths = []
    slot_step: Annotated[
        int, Field(description="Minutes from the start of one slot to the next."), Whole(minimum=5, maximum=240)
    ] = 0
    buffer_before: Annotated[int, MINUTES, Whole(minimum=0, maximum=240)] = 0
    buffer_after: Annotated[int, MINUTES, Whole(minimum=0, maximum=240)] = 0
    minimum_notice: Annotated[int, MINUTES, Whole(minimum=0, maximum=43_200)] = 0
    booking_window: Annotated[int, Field(description="Days."), Whole(minimum=1, maximum=365)] = 0
    max_per_day: Annotated[Annotated[int, Whole(minimum=1, maximum=1_000)] | None, SESSIONS] = None
    max_per_week: Annotated[Annotated[int, Whole(minimum=1, maximum=1_000)] | None, SESSIONS] = None
    confirmation: Annotated[Literal["automatic", "manual"], choice("automatic", "manual")] = "manual"
    cancellation_notice: Annotated[int, Field(description="Hours."), Whole(minimum=0, maximum=720)] = 0
    meeting_url: Annotated[
        str | None,
        Field(description="An https address; if null, every online session gets a new room."),
        Text(max_length=MAX_URL, null=True, checks=(https_only,)),
    ] = None
    group_seats: Annotated[int, Field(description="Seats."), Whole(minimum=2, maximum=100)] = 0
    group_price: Annotated[
        Annotated[int, Whole(minimum=0, maximum=MAX_PRICE)] | None,
        Field(description="Whole units of the currency per hour and seat; null means your hourly rate."),
    ] = None
    currency: Annotated[
        str, Field(description="Must be the platform's (ISO 4217)."), BeforeValidator(read_currency)
    ] = ""
    free: Annotated[bool, Flag(), Field(description="True if a price of 0 is intended: you teach for free.")] = False
