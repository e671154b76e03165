"""How many tutors a search would find by each skill and in each location, in one statement."""

from typing import Any

from functions.tutors.filters import Filters
from functions.tutors.free_time_search import free_parameters, two_ways
from functions.tutors.search import conditions_on_tutors, skills_condition
from functions.tutors.search_text import location_conditions

# The most frequent ones; tutors write their locations themselves.
LOCATIONS = 100
# Who is free must be asked of one tutor after the other: the best are counted, up to so many.
COUNTED = 500

# A facet does not restrict itself: skills are counted whatever skills are wanted, locations wherever is looked.
COUNT = """
WITH matched AS MATERIALIZED ({matched})
SELECT (SELECT count(*) FROM matched), (SELECT count(*) FROM matched WHERE by_skill AND by_location),
    (SELECT coalesce(json_object_agg(skill, number ORDER BY number DESC, skill), '{{}}') FROM (
        SELECT skill, count(*) AS number FROM matched, unnest(skills) skill WHERE by_location GROUP BY skill
    ) counted)::text,
    (SELECT coalesce(json_object_agg(location, number ORDER BY number DESC, location), '{{}}') FROM (
        SELECT location, count(*) AS number FROM matched WHERE by_skill AND location <> ''
        GROUP BY location ORDER BY number DESC, location LIMIT %(locations)s
    ) counted)::text
"""


def facet_statement(filters: Filters, *, forgiving: bool = False) -> tuple[str, dict[str, Any]]:
    """SQL and parameters; its row is (counted, matching all filters, skills, locations), the last two JSON texts."""
    parameters: dict[str, Any] = {"locations": LOCATIONS, "rows": COUNTED}
    conditions = [*conditions_on_tutors(filters, parameters, forgiving=forgiving)]
    by_skill = skills_condition(filters, parameters) if filters.skills else "true"
    places = location_conditions(filters.location, parameters, forgiving=forgiving) if filters.location else ["true"]
    by_location = " AND ".join(places)
    conditions.append(f"({by_skill} OR {by_location})")
    selection = f"SELECT t.skills, t.location, {by_skill} AS by_skill, {by_location} AS by_location"
    if filters.free_time is None:
        matched = f"{selection} FROM tutors t WHERE {' AND '.join(conditions)}"
    else:
        parameters |= free_parameters(filters.free_time)
        matched = two_ways(filters.free_time, selection, conditions, "ORDER BY t.rank DESC, t.id DESC")
    return COUNT.format(matched=matched), parameters
