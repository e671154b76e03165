"""Searches by page number: the cards of one page, and the total count."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from functions.tutors.data.search import kinds_of_filters
from functions.tutors.data.search_statement import CARD, ORDERS, SKILLS, conditions_on_tutors
from functions.tutors.data.search_text import location_conditions
from functions.tutors.domain.filters import Filters
from shared.kit.db.libpq import fetch_all
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, Variants, compose
from shared.kit.http.page_pagination import PageNumber, PageOfJson

COUNT = "(SELECT count(*) FROM tutors t WHERE {conditions})"
# For searches without filters, from the maintained counts.
COUNT_ALL = Sql("""(SELECT coalesce(sum(listed), 0)::bigint FROM (
        SELECT kind, listed FROM facet_counts UNION ALL SELECT kind, listed FROM facet_changes
    ) noted WHERE kind = 'tutor')""")
PAGE = """
SELECT {number} AS count,
    coalesce((SELECT '[' || string_agg(card, ',') || ']' FROM (
        SELECT {card} FROM (
            SELECT t.* FROM tutors t WHERE {conditions} {order} LIMIT %(size)s OFFSET %(offset)s
        ) t {order}
    ) cards), '[]') AS results
"""


def page_statement(filters: Filters, *, forgiving: bool = False) -> tuple[Sql, dict[str, Any]]:
    """SQL of a `PageOfJson` and its parameters; the free-time filter is ignored."""
    parameters: dict[str, Any] = {}
    conditions = [*conditions_on_tutors(replace(filters, free_time=None), parameters, forgiving=forgiving)]
    if filters.skills:
        parameters["skills"] = filters.skills
        conditions.append(SKILLS)
    if filters.location:
        conditions += location_conditions(filters.location, parameters, forgiving=forgiving)
    order = ORDERS[filters.order.column, filters.order.descending]
    every = Sql(" AND ".join(conditions))
    number = compose(COUNT, conditions=every) if filters.restrict else COUNT_ALL
    return compose(PAGE, number=number, conditions=every, card=CARD, order=order), parameters


def find_page(filters: Filters, page: PageNumber, *, forgiving: bool = False) -> PageOfJson:
    """A page of the matching tutors; `page`, not the filters, determines its size."""
    statement, parameters = page_statement(filters, forgiving=forgiving)
    with connection() as db:
        [(count, results)] = fetch_all(db, statement, {**parameters, "size": page.size, "offset": page.offset})
    return PageOfJson(int(count), results)


def _variants() -> Iterator[Query[PageOfJson]]:
    for filters in kinds_of_filters():
        for forgiving in (False, True):
            yield Query(PageOfJson, page_statement(filters, forgiving=forgiving)[0])


PAGES = Variants(_variants)
