"""The search statement, put together from the filters that are set.

Never prepared on the server: the best plan depends on how rare the values are
(docs/decisions/0003-search-row.md).
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from functions.tutors.filters import Filters
from functions.tutors.free_time_search import free_parameters, two_ways
from functions.tutors.search_text import location_conditions, name_conditions
from shared.domain.pictures import picture_sql

CARD = f"""(SELECT row_to_json(card) FROM (SELECT t.id, t.first_name, t.last_name,
    {picture_sql("t.picture")} AS profile_image, t.description, t.price, t.avg_rating::text AS avg_rating, t.skills,
    t.online_sessions AS online_sessions_available, t.in_person_sessions AS in_person_sessions_available,
    t.location AS tutoring_location, t.individual_sessions AS individual_sessions_available,
    t.group_sessions AS group_sessions_available) card)::text"""


def search_statement(filters: Filters, *, forgiving: bool = False) -> tuple[str, dict[str, Any]]:
    """SQL and parameters; rows are (id, value sorted by, card as JSON text), one more than the page has.

    Letters without diacritics match those with them. A forgiving search also takes it the other way round,
    and names one typo away.
    """
    parameters: dict[str, Any] = {"rows": filters.page_size + 1}
    conditions = [*conditions_on_tutors(filters, parameters, forgiving=forgiving)]
    if filters.skills:
        conditions.append(skills_condition(filters, parameters))
    if filters.location:
        conditions += location_conditions(filters.location, parameters, forgiving=forgiving)
    column, direction = filters.order.column, "DESC" if filters.order.descending else "ASC"
    if filters.cursor:
        comparison = "<" if filters.order.descending else ">"
        conditions.append(f"(t.{column}, t.id) {comparison} (%(after_value)s, %(after_id)s)")
        parameters |= {"after_value": _number(column, filters.cursor.value), "after_id": filters.cursor.id}
    order = f"ORDER BY t.{column} {direction}, t.id {direction}"
    selection = f"SELECT t.id, t.{column}, {CARD}"
    if filters.free_time is None:
        # Cards are made of the page alone, also where all that matches has to be sorted.
        page = f"SELECT t.* FROM tutors t WHERE {' AND '.join(conditions)} {order} LIMIT %(rows)s"
        return f"{selection} FROM ({page}) t {order}", parameters
    parameters |= free_parameters(filters.free_time)
    return two_ways(filters.free_time, selection, conditions, order), parameters


def conditions_on_tutors(filters: Filters, parameters: dict[str, Any], *, forgiving: bool) -> Iterator[str]:
    """All conditions but those on skills, location and free time; adds their parameters."""
    yield "t.listed"
    for column, bound in filters.at_least.items():
        yield f"t.{column} >= %({column}_least)s"
        parameters[f"{column}_least"] = _number(column, bound)
    for column, bound in filters.at_most.items():
        yield f"t.{column} <= %({column}_most)s"
        parameters[f"{column}_most"] = _number(column, bound)
    for column, wanted in filters.switches.items():
        yield f"t.{column}" if wanted else f"NOT t.{column}"
    yield from name_conditions(filters.name, parameters, forgiving=forgiving)


def skills_condition(filters: Filters, parameters: dict[str, Any]) -> str:
    parameters["skills"] = filters.skills
    return "t.skills && %(skills)s"


def _number(column: str, value: Decimal | str) -> int | float | Decimal:
    """A value in the column's own type, so that its index serves the comparison."""
    if column == "price":
        return int(value)
    return float(value) if column == "rank" else Decimal(value)
