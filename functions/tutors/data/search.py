"""Searches and counts of their results; one call of libpq each, because they are the hottest reads."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from functions.tutors.data.best_tutors import find_best
from functions.tutors.data.facet_statement import facet_statement
from functions.tutors.data.search_statement import COLUMNS, search_statement
from functions.tutors.domain.filters import Filters, Order
from functions.tutors.domain.free_time import FreeTime
from shared.domain.platform_settings import local_zone
from shared.kit.db.libpq import Row, fetch_all, fetch_bytes
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Variants
from shared.kit.db.steps import IN_A_THREAD, Steps
from shared.kit.http.cursor_pagination import Cursor


@dataclass(slots=True)
class SearchHit:
    """A tutor found, the value that hits are sorted by, and the card as JSON text: what PostgreSQL makes of a row."""

    id: int
    value: str
    card: str


@dataclass(slots=True)
class FacetCounts:
    """Tutors counted and, among them, those that match all filters; skills and locations as JSON texts."""

    counted: int
    matching: int
    skills: str
    locations: str


def search(filters: Filters, *, forgiving: bool = False) -> Steps[list[Row]]:
    """The tutors of one page and, if there is a next page, its first tutor: `SearchHit` fields as bytes."""
    if (hits := (yield from find_best(filters))) is not None:
        return hits
    yield IN_A_THREAD
    statement, parameters = search_statement(filters, forgiving=forgiving)
    with connection() as db:
        return fetch_bytes(db, statement, parameters)


def count_facets(filters: Filters, *, forgiving: bool = False) -> FacetCounts:
    """How many tutors a search would find by skill and by location."""
    statement, parameters = facet_statement(filters, forgiving=forgiving)
    with connection() as db:
        [(counted, matching, skills, locations)] = fetch_all(db, statement, parameters)
    return FacetCounts(int(counted), int(matching), skills, locations)


def kinds_of_filters() -> Iterator[Filters]:
    """Filters that together produce every part of the statements."""
    free_times = [FreeTime(960, 1200, frozenset({1}), local_zone(), 14, None)]
    free_times += [replace(free_times[0], ends=1_000), replace(free_times[0], length=90)]
    bounds = {column: Decimal(1) for column in ("price", "avg_rating")}
    everything = Filters(
        name="ola żak kowalska",
        location="łódź",
        skills=["Fizyka"],
        at_least=bounds,
        at_most=bounds,
        switches={"online_sessions": True, "in_person_sessions": False},
    )
    yield Filters()
    yield everything
    yield replace(everything, has_rare_skills=True)
    for free_time in free_times:
        yield Filters(free_time=free_time)
        yield replace(everything, free_time=free_time)
        yield replace(everything, free_time=free_time, has_rare_skills=True)
    for column in COLUMNS:
        for descending in (True, False):
            yield replace(everything, order=Order(column, descending), cursor=Cursor("", "1", 1))


SEARCHES = Variants(
    lambda: [
        Query(SearchHit, search_statement(filters, forgiving=forgiving)[0])
        for filters in kinds_of_filters()
        for forgiving in (False, True)
    ]
)
FACETS = Variants(
    lambda: [
        Query(FacetCounts, facet_statement(filters, forgiving=forgiving)[0])
        for filters in kinds_of_filters()
        for forgiving in (False, True)
    ]
)
