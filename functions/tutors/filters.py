"""The search query: what the frontend sends, however often it repeats it, as typed filters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from functions.tutors.free_time import PARAMETERS, FreeTime, read_free_time
from shared.kit.errors import FieldErrors
from shared.kit.http import fields
from shared.kit.http.cursor_pagination import BadCursor, Cursor, read_cursor
from shared.kit.http.query_string import parse_query
from shared.kit.text import unstorable_characters

MAX_NUMBER = Decimal("1e50")
# Beyond any price or rating, and within what a database integer holds.
CLAMP = Decimal(10_000_000)
SWITCHES = {
    "online_sessions_available": "online_sessions",
    "in_person_sessions_available": "in_person_sessions",
    "individual_sessions_available": "individual_sessions",
    "group_sessions_available": "group_sessions",
}
TRUE = frozenset({"true", "True", "TRUE", "1"})
FALSE = frozenset({"false", "False", "FALSE", "0"})
# A column's smallest step: a bound between two steps is moved to the next one inside.
STEPS = {"price": Decimal(1), "avg_rating": Decimal("0.1")}
COMPARISONS = ("gte", "gt", "lte", "lt")
SORTS = {"sorting_by_average_rating": "avg_rating", "sorting_by_hourly_rate": "price"}
# The form in which a cursor carries the value of a column sorted by.
CURSOR_FORMS = {
    "price": re.compile("[0-9]{1,7}"),
    "avg_rating": re.compile(r"[0-5]\.[0-9]"),
    "rank": re.compile(r"[0-5]\.[0-9]{1,17}"),
}
PAGE_SIZE = 100
KNOWN = frozenset(
    {"search_by_full_name", "tutoring_location", "skills", "page_size", *SWITCHES, *SORTS, *PARAMETERS}
    | {f"{column}__{comparison}" for column in STEPS for comparison in COMPARISONS}
)
UNKNOWN_OPTION = "Wybierz poprawną wartość. {} nie jest żadną z dostępnych opcji."
BAD_CURSOR = "Nieprawidłowy kursor."


@dataclass(frozen=True)
class Order:
    """A column to sort by; the id decides among equals, in the same direction."""

    column: str
    descending: bool

    @property
    def name(self) -> str:
        return f"{self.column}-{'desc' if self.descending else 'asc'}"


BEST_FIRST = Order("rank", descending=True)


@dataclass
class Filters:
    """What is asked for, all of it combined with AND. `at_least` and `at_most` are inclusive, by column."""

    name: str = ""
    location: str = ""
    skills: list[str] = field(default_factory=list)
    at_least: dict[str, Decimal] = field(default_factory=dict)
    at_most: dict[str, Decimal] = field(default_factory=dict)
    switches: dict[str, bool] = field(default_factory=dict)
    free_time: FreeTime | None = None
    order: Order = BEST_FIRST
    page_size: int = PAGE_SIZE
    cursor: Cursor | None = None
    # The parameters that count, to be repeated in the link to the next page.
    query: list[tuple[str, str]] = field(default_factory=list)


def read_filters(query: bytes) -> Filters:
    """Read a raw query string. Raises FieldErrors for values that cannot be used, all of them at once."""
    parameters = parse_query(query, repeatable=frozenset({"skills", "free_weekdays"}))
    reader = _Reader(parameters)
    filters = Filters(
        name=reader.text("search_by_full_name"),
        location=reader.text("tutoring_location"),
        skills=parameters.get("skills", []),
        free_time=read_free_time(parameters, reader.errors),
        order=_order(reader),
        page_size=reader.page_size(),
    )
    for column, step in STEPS.items():
        reader.bounds(filters, column, step)
    for name, column in SWITCHES.items():
        if (value := reader.last(name)) in TRUE | FALSE:
            filters.switches[column] = value in TRUE
    filters.cursor = reader.cursor(filters.order)
    if reader.errors:
        raise FieldErrors(reader.errors)
    filters.query = [(name, value) for name, values in parameters.items() if name in KNOWN for value in values]
    return filters


def _order(reader: "_Reader") -> Order:
    """The frontend sorts by one thing at a time; if both are given, rating wins."""
    for name, column in SORTS.items():
        if (direction := reader.last(name).lower()) in {"asc", "desc"}:
            return Order(column, descending=direction == "desc")
    return BEST_FIRST


class _Reader:
    """Reads parameters and collects what is wrong with them."""

    def __init__(self, parameters: Mapping[str, list[str]]) -> None:
        self.parameters = parameters
        self.errors: dict[str, list[str]] = {}

    def last(self, name: str) -> str:
        return self.parameters.get(name, [""])[-1]

    def text(self, name: str) -> str:
        value = self.last(name).strip()
        if complaints := unstorable_characters(value):
            self.errors[name] = complaints
        return value

    def number(self, name: str) -> Decimal | None:
        value = self.last(name)
        if not value:
            return None
        number = fields.finite_decimal(value)
        if number is None:
            self.errors[name] = [fields.NOT_NUMBER]
            return None
        if number > MAX_NUMBER:
            self.errors[name] = [fields.TOO_LARGE.format("1e+50")]
            return None
        return max(-CLAMP, min(CLAMP, number))

    def bounds(self, filters: Filters, column: str, step: Decimal) -> None:
        """Both inclusive bounds of a column from its four comparisons."""
        from_here, above = self.number(f"{column}__gte"), self.number(f"{column}__gt")
        up_to_here, below = self.number(f"{column}__lte"), self.number(f"{column}__lt")
        lowest = [] if from_here is None else [_steps(from_here, step, ROUND_CEILING)]
        lowest += [] if above is None else [_steps(above, step, ROUND_FLOOR) + step]
        highest = [] if up_to_here is None else [_steps(up_to_here, step, ROUND_FLOOR)]
        highest += [] if below is None else [_steps(below, step, ROUND_CEILING) - step]
        if lowest:
            filters.at_least[column] = max(lowest)
        if highest:
            filters.at_most[column] = min(highest)

    def page_size(self) -> int:
        value = self.last("page_size")
        if not value:
            return PAGE_SIZE
        size = fields.whole_number(value)
        if size is None:
            self.errors["page_size"] = [fields.NOT_INTEGER]
        elif size < 1:
            self.errors["page_size"] = [fields.TOO_SMALL.format(1)]
        elif size > PAGE_SIZE:
            self.errors["page_size"] = [fields.TOO_LARGE.format(PAGE_SIZE)]
        return size or PAGE_SIZE

    def cursor(self, order: Order) -> Cursor | None:
        value = self.last("cursor")
        if not value:
            return None
        try:
            return read_cursor(value, order.name, CURSOR_FORMS[order.column])
        except BadCursor:
            self.errors["cursor"] = [BAD_CURSOR]
            return None


def _steps(number: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (number / step).to_integral_value(rounding) * step
