"""The number of tutors a search would find by skill and by location, in one statement."""

from typing import Any

from functions.tutors.data.free_time_search import by_selectivity, free_parameters
from functions.tutors.data.search_statement import IS_COMPLETE, SKILLS, conditions_on_tutors
from functions.tutors.data.search_text import location_conditions
from functions.tutors.domain.filters import Filters
from shared.kit.db.query import Sql, compose

# Only the most frequent locations are counted: tutors enter them as free text.
LOCATIONS = 100
# Free time must be checked tutor by tutor, so only this many of the best are counted.
COUNTED = 500

# A facet does not restrict itself: skill counts ignore the skill filter, location counts the location filter.
# `unnest` in FROM would build a table of each tutor's skills, which takes as long as the rest of the statement.
COUNT = """
WITH matched AS MATERIALIZED ({matched})
SELECT counted, matching,
    (SELECT coalesce(json_object_agg(skill, number ORDER BY number DESC, skill), '{}') FROM (
        SELECT skill, count(*) AS number FROM (SELECT unnest(skills) AS skill FROM matched WHERE by_location) named
        GROUP BY skill
    ) counted)::text AS skills,
    (SELECT coalesce(json_object_agg(location, number ORDER BY number DESC, location), '{}') FROM (
        SELECT location, count(*) AS number FROM matched WHERE by_skill AND location <> ''
        GROUP BY location ORDER BY number DESC, location LIMIT %(locations)s
    ) counted)::text AS locations
FROM (SELECT count(*) AS counted, count(*) FILTER (WHERE by_skill AND by_location) AS matching FROM matched) numbers
"""
# For searches without filters, from the maintained counts: the cost does not depend on the number of tutors.
COUNT_ALL = Sql("""
WITH counted AS (
    SELECT kind, value, sum(complete) AS number FROM (
        SELECT kind, value, complete FROM facet_counts
        UNION ALL SELECT kind, value, complete FROM facet_changes
    ) noted GROUP BY kind, value HAVING sum(complete) > 0
), tutors_counted AS (SELECT coalesce(sum(number), 0)::bigint AS number FROM counted WHERE kind = 'tutor')
SELECT number AS counted, number AS matching,
    (SELECT coalesce(json_object_agg(value, number ORDER BY number DESC, value), '{}')
        FROM counted WHERE kind = 'skill')::text AS skills,
    (SELECT coalesce(json_object_agg(value, number ORDER BY number DESC, value), '{}') FROM (
        SELECT value, number FROM counted WHERE kind = 'location' ORDER BY number DESC, value LIMIT %(locations)s
    ) places)::text AS locations
FROM tutors_counted
""")
SELECTION = "SELECT t.skills, t.location, {by_skill} AS by_skill, {by_location} AS by_location"
BEST_FIRST = Sql("ORDER BY t.rank DESC, t.id DESC")
ANY = Sql("true")


def facet_statement(filters: Filters, *, forgiving: bool = False) -> tuple[Sql, dict[str, Any]]:
    """SQL of `FacetCounts` and its parameters."""
    if not filters.restrict:
        return COUNT_ALL, {"locations": LOCATIONS}
    parameters: dict[str, Any] = {"locations": LOCATIONS, "rows": COUNTED}
    conditions = [IS_COMPLETE, *conditions_on_tutors(filters, parameters, forgiving=forgiving)]
    by_skill = by_location = ANY
    if filters.skills:
        parameters["skills"] = filters.skills
        by_skill = SKILLS
    if filters.location:
        by_location = Sql(" AND ".join(location_conditions(filters.location, parameters, forgiving=forgiving)))
    conditions.append(compose("({by_skill} OR {by_location})", by_skill=by_skill, by_location=by_location))
    selection = compose(SELECTION, by_skill=by_skill, by_location=by_location)
    if filters.free_time is None:
        every = Sql(" AND ".join(conditions))
        matched = compose("{selection} FROM tutors t WHERE {every}", selection=selection, every=every)
    else:
        parameters |= free_parameters(filters.free_time)
        matched = by_selectivity(filters.free_time, selection, conditions, BEST_FIRST)
    return compose(COUNT, matched=matched), parameters
