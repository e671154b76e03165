"""Parsing a query string into search filters."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from operator import attrgetter
from urllib.parse import unquote_to_bytes

from functions.tutors.domain.filters import Filters
from functions.tutors.domain.search_query import SearchQuery, order_of
from shared.kit.http.query_string import parse_query
from shared.kit.text import one_form

SWITCHES = {
    "online_sessions_available": "online_sessions",
    "in_person_sessions_available": "in_person_sessions",
    "individual_sessions_available": "individual_sessions",
    "group_sessions_available": "group_sessions",
}
# A column's smallest step: a bound between two steps is moved inwards to the next step.
STEPS = {"price": Decimal(1), "avg_rating": Decimal("0.1")}
BOUNDS = {
    column: attrgetter(*(f"{column}__{comparison}" for comparison in ("gte", "gt", "lte", "lt"))) for column in STEPS
}
UNBOUNDED = (None,) * 4
REPEATABLE = frozenset({"skills", "free_weekdays"})
KNOWN = SearchQuery.model_fields.keys() - {"cursor"}


def asks_for_free_time(query: bytes) -> bool:
    """Whether a raw query string may ask who is free, however its parameters are encoded."""
    return b"free_" in unquote_to_bytes(query)


def read_filters(query: bytes) -> Filters:
    """Parse a raw query string. Raises FieldErrors with all invalid values at once."""
    parameters = parse_query(query, repeatable=REPEATABLE)
    asked = SearchQuery.from_parameters(parameters)
    filters = Filters(
        name=asked.search_by_full_name,
        location=asked.tutoring_location,
        # Each once: the database compares every tutor with all of them, and how rare they are is their sum.
        skills=list(dict.fromkeys(map(one_form, asked.skills))),
        free_time=asked.free_time,
        order=order_of(asked.sorting_by_average_rating, asked.sorting_by_hourly_rate),
        page_size=asked.page_size,
        cursor=asked.cursor,
        query=[(name, value) for name, values in parameters.items() if name in KNOWN for value in values],
    )
    for column, bounds_of in BOUNDS.items():
        _set_bounds(filters, column, *bounds_of(asked))
    for name, column in SWITCHES.items():
        if (is_on := getattr(asked, name)) is not None:
            filters.switches[column] = is_on
    return filters


def _set_bounds(filters: Filters, column: str, *bounds: Decimal | None) -> None:
    """Set a column's inclusive bounds from its four comparisons."""
    if bounds == UNBOUNDED:
        return
    from_here, above, up_to_here, below = bounds
    step = STEPS[column]
    lowest = [] if from_here is None else [_steps(from_here, step, ROUND_CEILING)]
    lowest += [] if above is None else [_steps(above, step, ROUND_FLOOR) + step]
    highest = [] if up_to_here is None else [_steps(up_to_here, step, ROUND_FLOOR)]
    highest += [] if below is None else [_steps(below, step, ROUND_CEILING) - step]
    if lowest:
        filters.at_least[column] = max(lowest)
    if highest:
        filters.at_most[column] = min(highest)


def _steps(number: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (number / step).to_integral_value(rounding) * step
