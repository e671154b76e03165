"""The search statement, put together from the filters that are set.

Never prepared on the server: the best plan depends on how rare the values are
(docs/decisions/0003-search-row.md).
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from functions.tutors.data.free_time_search import ALL_TUTORS, by_selectivity, free_parameters
from functions.tutors.data.search_text import location_conditions, name_conditions
from functions.tutors.domain.filters import Filters
from shared.domain.pictures import picture_sql
from shared.kit.db.query import Sql, compose

COLUMNS = ("rank", "avg_rating", "price")
CARD = compose(
    """(SELECT row_to_json(card) FROM (SELECT t.id, t.first_name, t.last_name,
    {picture} AS profile_image, t.description, t.price, t.avg_rating::text AS avg_rating, t.skills,
    t.online_sessions AS online_sessions_available, t.in_person_sessions AS in_person_sessions_available,
    t.location AS tutoring_location, t.individual_sessions AS individual_sessions_available,
    t.group_sessions AS group_sessions_available) card)::text AS card""",
    picture=Sql(picture_sql("t.picture")),
)
SELECTIONS = {
    column: compose("SELECT t.id, t.{column}::text AS value, {card}", column=Sql(column), card=CARD)
    for column in COLUMNS
}
ORDERS = {
    (column, descending): Sql(
        f"ORDER BY t.{column} {'DESC' if descending else 'ASC'}, t.id {'DESC' if descending else 'ASC'}"
    )
    for column in COLUMNS
    for descending in (True, False)
}
AFTER = {
    (column, descending): Sql(f"(t.{column}, t.id) {'<' if descending else '>'} (%(after_value)s, %(after_id)s)")
    for column in COLUMNS
    for descending in (True, False)
}
AT_LEAST = {column: Sql(f"t.{column} >= %({column}_least)s") for column in COLUMNS}
AT_MOST = {column: Sql(f"t.{column} <= %({column}_most)s") for column in COLUMNS}
SKILLS = Sql("t.skills && %(skills)s")
LISTED = Sql("t.listed")
IS_COMPLETE = Sql("t.is_complete")
# OFFSET 0 prevents a plan that scans all tutors in the requested order.
FEW_TUTORS = Sql("(SELECT * FROM tutors WHERE skills && %(skills)s AND listed OFFSET 0)")
# The SQL around the conditions. Cards are built only for the page, even if all matches must be sorted.
PAGE_BEGIN = {
    (column, is_few): compose("{selection} FROM (SELECT t.* FROM {tutors} t WHERE ", selection=selection, tutors=tutors)
    for column, selection in SELECTIONS.items()
    for is_few, tutors in ((False, ALL_TUTORS), (True, FEW_TUTORS))
}
PAGE_END = {key: compose(" {order} LIMIT %(rows)s) t {order}", order=order) for key, order in ORDERS.items()}


def search_statement(filters: Filters, *, forgiving: bool = False) -> tuple[Sql, dict[str, Any]]:
    """SQL of a `SearchHit` and its parameters; it finds one row more than fits on the page.

    A letter without a diacritic matches one with it. In a forgiving search the reverse holds too, and names with one
    typo match.
    """
    parameters: dict[str, Any] = {"rows": filters.page_size + 1}
    conditions = [*conditions_on_tutors(filters, parameters, forgiving=forgiving)]
    if filters.skills:
        parameters["skills"] = filters.skills
        if not filters.has_rare_skills:
            conditions.append(SKILLS)
    if filters.location:
        conditions += location_conditions(filters.location, parameters, forgiving=forgiving)
    column, direction = filters.order.column, (filters.order.column, filters.order.descending)
    if filters.cursor:
        conditions.append(AFTER[direction])
        parameters |= {"after_value": _number(column, filters.cursor.value), "after_id": filters.cursor.id}
    if filters.free_time is None:
        begin = PAGE_BEGIN[column, filters.has_rare_skills]
        return Sql(f"{begin}{' AND '.join(conditions)}{PAGE_END[direction]}"), parameters
    parameters |= free_parameters(filters.free_time)
    tutors = FEW_TUTORS if filters.has_rare_skills else ALL_TUTORS
    return by_selectivity(filters.free_time, SELECTIONS[column], conditions, ORDERS[direction], tutors), parameters


def conditions_on_tutors(filters: Filters, parameters: dict[str, Any], *, forgiving: bool) -> Iterator[Sql]:
    """All conditions but those on skills, location and free time; adds their parameters."""
    yield LISTED
    if filters.free_time:
        yield IS_COMPLETE
    for column, bound in filters.at_least.items():
        yield AT_LEAST[column]
        parameters[f"{column}_least"] = _number(column, bound)
    for column, bound in filters.at_most.items():
        yield AT_MOST[column]
        parameters[f"{column}_most"] = _number(column, bound)
    for column, is_on in filters.switches.items():
        yield Sql(f"t.{column}" if is_on else f"NOT t.{column}")
    yield from name_conditions(filters.name, parameters, forgiving=forgiving)


def _number(column: str, value: Decimal | str) -> int | float | Decimal:
    """A value in the column's own type, so that its index serves the comparison."""
    if column == "price":
        return int(value)
    return float(value) if column == "rank" else Decimal(value)
