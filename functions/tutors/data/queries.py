"""Statements that read a tutor's public details, and the list of skills."""

from typing import NamedTuple

from shared.data.schedule_items import NEWEST_ITEMS, TAKEN_TIME
from shared.domain.pictures import picture_sql
from shared.domain.platform_settings import platform_settings
from shared.kit.db.libpq import Prepared
from shared.kit.db.query import Sql, compose
from shared.kit.db.steps import Ask, Steps
from shared.kit.http.cursor_pagination import TEXT_BYTES

# A tutor's details contain at most this many ratings, the newest.
SHOWN_RATINGS = 500
LIST_SKILLS = Prepared(
    "SELECT coalesce(json_agg(json_build_object('skill', name) ORDER BY id), '[]')::text AS skills FROM skills",
    columns=("skills",),
)


def list_skills() -> Steps[bytes]:
    """All skills as JSON text."""
    [(skills,)] = yield Ask(LIST_SKILLS, ())
    return bytes(skills)


# The newest items minus the time of sessions. Most tutors have no sessions; then nothing is subtracted.
FREE_ITEMS = compose(
    """
    WITH booked AS ({taken_time}), items AS ({newest_items})
    SELECT items.* FROM items, booked WHERE booked.time IS NULL
    UNION ALL
    SELECT id, lower(piece), upper(piece)
    FROM items, booked, unnest(tstzmultirange(tstzrange(starts_at, ends_at)) - booked.time) AS piece
    WHERE booked.time IS NOT NULL
""",
    taken_time=TAKEN_TIME,
    newest_items=NEWEST_ITEMS,
)


class TutorDetails(NamedTuple):
    """A tutor's details as JSON text; whether there are reviews beyond those in it."""

    details: bytes
    has_more_reviews: bool


# As many of the newest ratings as fit into a response, oldest first.
DETAILS = """
SELECT (SELECT row_to_json(details) FROM (
    SELECT t.user_id, t.first_name, t.last_name, {picture} AS profile_image, t.description, t.skills,
        t.avg_rating::text AS avg_rating, t.price, reviews.shown AS tutor_ratings,
        coalesce((SELECT json_agg(row_to_json(item)) FROM (
            SELECT format_time(starts_at, $2) AS start_time, format_time(ends_at, $2) AS end_time
            FROM ({free_items}) free ORDER BY id, starts_at
        ) item), '[]') AS tutor_schedule_items,
        t.online_sessions AS online_sessions_available, t.in_person_sessions AS in_person_sessions_available,
        t.location AS tutoring_location, t.individual_sessions AS individual_sessions_available,
        t.group_sessions AS group_sessions_available
) details)::text AS details, reviews.number < t.rating_count AS has_more_reviews
FROM tutors t CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(row_to_json(shown)), '[]') AS shown, count(*) AS number FROM (
        SELECT rating, review, format_time(created_at, $2) AS created_at, student_first_name, student_last_name
        FROM (
            SELECT r.*, s.first_name AS student_first_name, s.last_name AS student_last_name,
                sum(octet_length(r.review) + octet_length(s.first_name) + octet_length(s.last_name))
                    OVER (ORDER BY r.id DESC ROWS UNBOUNDED PRECEDING) AS bytes
            FROM (SELECT * FROM ratings WHERE tutor_id = t.id AND hidden_at IS NULL
                ORDER BY id DESC LIMIT {shown_ratings}) r
            JOIN users s ON s.id = r.student_id
        ) newest WHERE bytes <= {text_bytes} ORDER BY id
    ) shown
) reviews WHERE {condition}
"""
PUBLIC_DETAILS, OWN_DETAILS = (
    Prepared(
        compose(
            DETAILS,
            picture=Sql(picture_sql("t.picture")),
            shown_ratings=Sql(SHOWN_RATINGS),
            text_bytes=Sql(TEXT_BYTES),
            free_items=FREE_ITEMS,
            condition=Sql(condition),
        ),
        columns=("details", "has_more_reviews"),
    )
    for condition in ("t.id = $1::int AND t.listed", "t.id = $1::int")
)


def find_public_details(tutor_id: int) -> Steps[TutorDetails | None]:
    """A tutor's details; None before the account is confirmed."""
    return _find_details(PUBLIC_DETAILS, tutor_id)


def find_own_details(tutor_id: int) -> Steps[TutorDetails | None]:
    return _find_details(OWN_DETAILS, tutor_id)


def _find_details(statement: Prepared, tutor_id: int) -> Steps[TutorDetails | None]:
    found = yield Ask(statement, (str(tutor_id), platform_settings().time_zone))
    return TutorDetails(found[0][0], found[0][1] == b"t") if found else None
