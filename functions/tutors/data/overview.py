"""A tutor's details for clients that read reviews page by page."""

from shared.data.schedule_items import SCHEDULE
from shared.domain.pictures import picture_sql
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose

FIND_OVERVIEW = Query(
    str,
    compose(
        """
SELECT (SELECT row_to_json(overview) FROM (
    SELECT t.user_id, t.first_name, t.last_name, {picture} AS profile_image, t.description, t.skills,
        t.avg_rating::text AS avg_rating, t.price,
        coalesce((SELECT json_agg(row_to_json(item)) FROM ({schedule}) item), '[]') AS tutor_schedule_items,
        t.online_sessions AS online_sessions_available, t.in_person_sessions AS in_person_sessions_available,
        t.location AS tutoring_location, t.individual_sessions AS individual_sessions_available,
        t.group_sessions AS group_sessions_available
) overview)::text FROM tutors t WHERE t.id = %(id)s AND t.listed
""",
        picture=Sql(picture_sql("t.picture")),
        schedule=SCHEDULE,
    ),
)


def find_overview(tutor_id: int) -> str | None:
    """A tutor's details without reviews, as JSON text; None if others cannot see the tutor."""
    with connection() as db:
        return FIND_OVERVIEW.one(db, {"id": tutor_id, "zone": platform_settings().time_zone})
