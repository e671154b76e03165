"""The search statement, put together from the filters that are set.

Never prepared on the server: the best plan depends on how rare the values are
(docs/decisions/0003-search-row.md).
"""

from decimal import Decimal
from typing import Any

from functions.tutors.filters import Filters
from functions.tutors.search_text import location_conditions, name_conditions
from shared.rules.pictures import picture_sql

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
    conditions = ["t.listed"]
    parameters: dict[str, Any] = {"rows": filters.page_size + 1}
    for column, bound in filters.at_least.items():
        conditions.append(f"t.{column} >= %({column}_least)s")
        parameters[f"{column}_least"] = _number(column, bound)
    for column, bound in filters.at_most.items():
        conditions.append(f"t.{column} <= %({column}_most)s")
        parameters[f"{column}_most"] = _number(column, bound)
    for column, wanted in filters.switches.items():
        conditions.append(f"t.{column}" if wanted else f"NOT t.{column}")
    if filters.skills:
        conditions.append("t.skills && %(skills)s")
        parameters["skills"] = filters.skills
    if filters.location:
        conditions += location_conditions(filters.location, parameters, forgiving=forgiving)
    conditions += name_conditions(filters.name, parameters, forgiving=forgiving)
    column, direction = filters.order.column, "DESC" if filters.order.descending else "ASC"
    if filters.cursor:
        comparison = "<" if filters.order.descending else ">"
        conditions.append(f"(t.{column}, t.id) {comparison} (%(after_value)s, %(after_id)s)")
        parameters |= {"after_value": _number(column, filters.cursor.value), "after_id": filters.cursor.id}
    statement = (
        f"SELECT t.id, t.{column}, {CARD} FROM tutors t WHERE {' AND '.join(conditions)} "
        f"ORDER BY t.{column} {direction}, t.id {direction} LIMIT %(rows)s"
    )
    return statement, parameters


def _number(column: str, value: Decimal | str) -> int | float | Decimal:
    """A value in the column's own type, so that its index serves the comparison."""
    if column == "price":
        return int(value)
    return float(value) if column == "rank" else Decimal(value)
