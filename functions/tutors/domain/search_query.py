"""The query string of the search, which the frontend may send with repeated parameters."""

import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema, field_validator

from functions.tutors.domain.bound_parameters import PriceBound, RatingBound, Switch
from functions.tutors.domain.filters import BEST_FIRST, PAGE_SIZE, Order
from functions.tutors.domain.free_time import DEFAULT_DAYS, MAX_DAYS, FreeTime
from shared.domain.bounds import LONGEST_SESSION, SHORTEST_SESSION
from shared.domain.platform_settings import local_zone
from shared.domain.time_of_day import MINUTES_PER_DAY, NOT_A_TIME, TIME_PATTERN, parse_time_of_day
from shared.domain.time_zones import UNKNOWN_ZONE, find_zone
from shared.kit.http.cursor_pagination import BadCursor, Cursor, read_cursor
from shared.kit.http.fields import Text, Whole, invalid
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import RecordedQueryModel

NOT_A_WEEKDAY = "Podaj dni tygodnia od 1 (poniedziałek) do 7 (niedziela)."
BAD_CURSOR = "Nieprawidłowy kursor."
EVERY_DAY = frozenset(range(1, 8))
# The format of the sort column's value in a cursor.
CURSOR_FORMS = {
    "price": re.compile("[0-9]{1,7}"),
    "avg_rating": re.compile(r"[0-5]\.[0-9]"),
    "rank": re.compile(r"[0-5]\.[0-9]{1,17}"),
}


def read_time(value: str) -> int:
    minutes = parse_time_of_day(value.strip())
    if minutes is None:
        raise invalid(NOT_A_TIME)
    return minutes


def read_weekdays(values: list[str]) -> list[int]:
    """Parse comma-separated weekdays; the parameter may be repeated."""
    words = [word.strip() for text in values for word in text.split(",") if word.strip()]
    if not all(re.fullmatch("[1-7]", word) for word in words):
        raise invalid(NOT_A_WEEKDAY)
    return [int(word) for word in words]


def read_zone(value: str) -> str:
    if find_zone(value.strip()) is None:
        raise invalid(UNKNOWN_ZONE)
    return value.strip()


def read_direction(value: str) -> str | None:
    """Parse a direction; anything else counts as none."""
    return value.lower() if value.lower() in {"asc", "desc"} else None


TimeOfDay = Annotated[int, BeforeValidator(read_time), WithJsonSchema({"type": "string", "pattern": TIME_PATTERN})]
Weekdays = Annotated[
    list[int],
    BeforeValidator(read_weekdays),
    WithJsonSchema({"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 7}}),
]
Direction = Annotated[
    str | None, BeforeValidator(read_direction), WithJsonSchema({"type": "string", "enum": ["asc", "desc"]})
]
ByRating = Annotated[Direction, Field(description="Takes precedence if both orders are given.")]
ByPrice = Annotated[Direction, Field(description="Without either order, the best tutors come first.")]
ONE_TEXT = Text(blank=True, normalized=True)
FREE = "Only tutors with a bookable slot "


class TutorQuery(RecordedQueryModel):
    """What tutors have to be like."""

    # Only describes endpoints, which parse a `SearchQuery`: building it would take milliseconds of a cold start.
    model_config = ConfigDict(defer_build=True)

    search_by_full_name: Annotated[
        str,
        ONE_TEXT,
        Field(
            description="Parts of the name in any order; case and diacritics do not matter, nor does one typo if"
            " nothing else matches."
        ),
    ] = ""
    tutoring_location: Annotated[str, ONE_TEXT, Field(description="A prefix of the location or of any word in it.")] = (
        ""
    )
    skills: Annotated[
        list[str],
        Field(
            default_factory=list,
            description="The exact name of a skill; repeat it to find tutors with any of several.",
        ),
    ]
    price__gte: PriceBound = None
    price__gt: PriceBound = None
    price__lte: PriceBound = None
    price__lt: PriceBound = None
    avg_rating__gte: RatingBound = None
    avg_rating__gt: RatingBound = None
    avg_rating__lte: RatingBound = None
    avg_rating__lt: RatingBound = None
    online_sessions_available: Switch = None
    in_person_sessions_available: Switch = None
    individual_sessions_available: Switch = None
    group_sessions_available: Switch = None


class FacetQuery(TutorQuery):
    """What tutors have to be like and, by any of the parameters from `free_from` on, when they have to be free."""

    free_from: Annotated[TimeOfDay | None, Field(description=f"{FREE}that starts at or after this time of day.")] = None
    free_to: Annotated[
        TimeOfDay | None,
        Field(description=f"{FREE}that ends by this time of day, on the next day if it is no later than `free_from`."),
    ] = None
    free_weekdays: Annotated[
        Weekdays,
        Field(
            default_factory=list,
            description=f"{FREE}on these days, 1 is Monday; repeat it or separate them with commas. All days by"
            " default.",
        ),
    ]
    free_tz: Annotated[
        Annotated[str, BeforeValidator(read_zone)] | None,
        Field(description="The IANA name of the time zone of these times; the platform's by default."),
    ] = None
    free_within: Annotated[
        int | None,
        Whole(minimum=1, maximum=MAX_DAYS),
        Field(description=f"{FREE}within this many days, {DEFAULT_DAYS} by default."),
    ] = None
    free_length: Annotated[
        int | None,
        Whole(minimum=SHORTEST_SESSION, maximum=LONGEST_SESSION),
        Field(description=f"{FREE}of this many minutes; by default the tutor's first session length."),
    ] = None

    @property
    def free_time(self) -> FreeTime | None:
        """The free-time filter; None if none of its parameters is set."""
        times = (self.free_from, self.free_to, self.free_tz, self.free_within, self.free_length)
        if not self.free_weekdays and all(each is None for each in times):
            return None
        return FreeTime(
            (self.free_from or 0) % MINUTES_PER_DAY,
            MINUTES_PER_DAY if self.free_to is None else self.free_to,
            frozenset(self.free_weekdays) or EVERY_DAY,
            ZoneInfo(self.free_tz) if self.free_tz else local_zone(),
            self.free_within or DEFAULT_DAYS,
            self.free_length,
        )


class PageSearchQuery(TutorQuery, PageQuery):
    """What tutors have to be like, an order and the number of a page."""

    model_config = ConfigDict(defer_build=True)

    sorting_by_average_rating: ByRating = None
    sorting_by_hourly_rate: ByPrice = None


class SearchQuery(FacetQuery):
    """A search: filters, an order and a page."""

    model_config = ConfigDict(defer_build=False)

    sorting_by_average_rating: ByRating = None
    sorting_by_hourly_rate: ByPrice = None
    page_size: Annotated[int, Whole(minimum=1, maximum=PAGE_SIZE), Field(description="Tutors per page.")] = PAGE_SIZE
    # A Cursor or None, but typed Any: for the type, pydantic would import its dataclass support.
    cursor: Annotated[
        Any,
        WithJsonSchema({"type": "string"}),
        Field(description="Where the page starts: take it from the previous page's Link header."),
    ] = None

    @field_validator("cursor", mode="before")
    @classmethod
    def _read_cursor(cls, value: str, info: ValidationInfo) -> Cursor:
        order = order_of(info.data.get("sorting_by_average_rating"), info.data.get("sorting_by_hourly_rate"))
        try:
            return read_cursor(value, order.name, CURSOR_FORMS[order.column])
        except BadCursor:
            raise invalid(BAD_CURSOR) from None


def order_of(by_rating: str | None, by_price: str | None) -> Order:
    """The order to sort by. The frontend sends one at a time; if both are given, rating wins."""
    if by_rating:
        return Order("avg_rating", descending=by_rating == "desc")
    if by_price:
        return Order("price", descending=by_price == "desc")
    return BEST_FIRST
