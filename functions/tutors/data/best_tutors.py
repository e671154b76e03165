"""Searches among only the best tutors, by one statement that each connection plans once.

Only the planner knows the best path through all tutors for given values, and planning takes as long as the search
itself. The best five thousand fill nearly every page, and there is only one path through them: by rank, until the page
is full. Pages that they do not fill are left to `functions.tutors.data.search_statement`.
"""

import time
from itertools import chain
from typing import NamedTuple

from functions.tutors.data.search_statement import ORDERS, SELECTIONS
from functions.tutors.domain.filters import BEST_FIRST, Filters
from shared.kit.db.integers import MAX_INT32
from shared.kit.db.libpq import Prepared, Row, array_text
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, compose
from shared.kit.db.steps import IN_A_THREAD, Ask, Steps
from shared.kit.settings import settings

# The number of best tutors: they fill a page of 20 if one in 250 matches, a page of 100 if one in 50 does.
BEST = 5_000
FRESH_SECONDS = 60.0


class Place(NamedTuple):
    """Where a tutor stands among all."""

    rank: float
    id: int


FIRST, LAST = Place(float("inf"), MAX_INT32), Place(float("-inf"), 0)
LAST_OF_BEST = Query(
    Place,
    compose(
        "SELECT t.rank, t.id FROM tutors t WHERE t.listed {order} OFFSET %(others)s LIMIT 1",
        order=ORDERS["rank", True],
    ),
)
# A filter that is not set becomes bounds that every tutor meets; skills become NULL, which makes the condition unknown.
# Values are selected, so that the planner does not see them: for some values it would replan each time, because a
# custom plan looks cheaper. `coalesce` hides conditions that it would estimate as far rarer than they are.
FIND_BEST = Prepared(
    compose(
        """{selection} FROM (SELECT t.* FROM tutors t
    WHERE t.listed AND (t.rank, t.id) < (SELECT $1::float8, $2::bigint)
        AND (t.rank, t.id) >= (SELECT $3::float8, $4::bigint)
        AND t.price BETWEEN (SELECT $5::int) AND (SELECT $6::int)
        AND coalesce(t.skills && (SELECT $7::text[]) AND t.avg_rating BETWEEN $8::numeric AND $9::numeric
            AND t.online_sessions BETWEEN $10::boolean AND $11::boolean
            AND t.in_person_sessions BETWEEN $12::boolean AND $13::boolean
            AND t.individual_sessions BETWEEN $14::boolean AND $15::boolean
            AND t.group_sessions BETWEEN $16::boolean AND $17::boolean, true)
    {order} LIMIT (SELECT $18::int)) t {order}""",
        selection=SELECTIONS["rank"],
        order=ORDERS["rank", True],
    ),
    columns=("id", "value", "card"),
)
SWITCHES = ("online_sessions", "in_person_sessions", "individual_sessions", "group_sessions")
EITHER, ONLY = ("false", "true"), {False: ("false", "false"), True: ("true", "true")}


class _Known:
    """The last of the best, as this process has read it at `read_at`: an old one costs time and is never wrong."""

    last = LAST
    read_at = float("-inf")


def find_best(filters: Filters) -> Steps[list[Row] | None]:
    """A search's page as bytes of `SearchHit` fields; None unless the best tutors fill it or are all tutors."""
    if not settings().database_prepare or not _is_for_these(filters):
        return None
    if _is_old():
        yield IN_A_THREAD
        _read_last_of_best()
    last = _Known.last
    cursor = filters.cursor
    after = Place(float(cursor.value), cursor.id) if cursor else FIRST
    if after <= last:
        return None
    hits = yield Ask(FIND_BEST, parameters(filters, after, last))
    return hits if last == LAST or len(hits) > filters.page_size else None


def _is_for_these(filters: Filters) -> bool:
    """Whether to search only the best tutors: if few tutors match, only a few of them would be among the best."""
    is_narrow = filters.name or filters.location or filters.free_time or filters.has_rare_skills
    return filters.order == BEST_FIRST and not is_narrow


def _is_old() -> bool:
    return time.monotonic() - _Known.read_at > FRESH_SECONDS


def _read_last_of_best() -> None:
    with connection() as db:
        _Known.last = LAST_OF_BEST.one(db, {"others": BEST - 1}) or LAST
    _Known.read_at = time.monotonic()


def parameters(filters: Filters, after: Place = FIRST, last: Place = LAST) -> list[str | None]:
    """The values of FIND_BEST."""
    least, most, skills = filters.at_least, filters.at_most, filters.skills
    switches = (ONLY[filters.switches[name]] if name in filters.switches else EITHER for name in SWITCHES)
    return [
        *map(str, (after.rank, after.id, last.rank, last.id)),
        *(str(int(bound)) for bound in (least.get("price", 0), most.get("price", MAX_INT32))),
        array_text(skills) if skills else None,
        *map(str, (least.get("avg_rating", 0), most.get("avg_rating", 5))),
        *chain.from_iterable(switches),
        str(filters.page_size + 1),
    ]
