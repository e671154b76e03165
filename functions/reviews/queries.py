"""Lists of reviews and ratings, one statement each, returned as JSON text."""

from dataclasses import dataclass
from uuid import UUID

from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose
from shared.kit.http.cursor_pagination import TEXT_BYTES
from shared.kit.http.page_pagination import PageNumber, PageOfJson

# The columns of a review as clients see it; `r` is its row and `s` its author's. Strangers see only the initial of the
# author's last name.
REVIEW = Sql("""
r.id, r.rating, r.review, format_time(r.created_at, %(zone)s) AS created_at,
format_time(r.edited_at, %(zone)s) AS edited_at, s.first_name AS student_first_name,
CASE WHEN %(initials)s AND s.last_name <> '' THEN left(s.last_name, 1) || '.' ELSE s.last_name END AS student_last_name,
r.verified, r.reply, format_time(r.replied_at, %(zone)s) AS replied_at
""")


@dataclass(frozen=True, slots=True)
class Reviews:
    """A page of a tutor's reviews as JSON text, and the count and average of all and of the verified ones."""

    count: int
    average: str
    verified_count: int
    verified_average: str | None
    results: str


LIST_REVIEWS = Query(
    Reviews,
    compose(
        """
SELECT t.rating_count AS count, t.avg_rating::text AS average, t.verified_count,
    round(t.verified_sum::numeric / nullif(t.verified_count, 0), 1)::text AS verified_average, coalesce((
    SELECT json_agg(row_to_json(result)) FROM (
        SELECT {review} FROM (
            SELECT * FROM ratings WHERE tutor_id = t.id AND hidden_at IS NULL
            ORDER BY id DESC LIMIT %(size)s OFFSET %(offset)s
        ) r JOIN users s ON s.id = r.student_id ORDER BY r.id DESC
    ) result
), '[]')::text AS results
FROM tutors t WHERE t.id = %(tutor_id)s AND t.listed
""",
        review=REVIEW,
    ),
)


def list_reviews(tutor_id: int, page: PageNumber) -> Reviews | None:
    """A page of a tutor's reviews as strangers see them, newest first; None for unknown tutors."""
    platform = platform_settings()
    names = {"zone": platform.time_zone, "initials": platform.reviewer_initials}
    values = {"tutor_id": tutor_id, "size": page.size, "offset": page.offset, **names}
    with connection() as db:
        return LIST_REVIEWS.one(db, values)


@dataclass(frozen=True, slots=True)
class Ratings:
    """Ratings as JSON text, and the id before which the rest come, if not all fit into the answer."""

    ratings: str
    before: int | None


# As many as fit into a response, by `importance`; fifty bytes are for the JSON around a review.
RATINGS = """
SELECT coalesce('[' || string_agg(shown, ',' ORDER BY {order}) || ']', '[]') AS ratings,
    CASE WHEN count(*) > count(shown) THEN min(id) FILTER (WHERE shown IS NOT NULL) END AS before
FROM (
    SELECT id, rating AS stars, CASE WHEN bytes <= {text_bytes} THEN (
        SELECT row_to_json(result)::text FROM (
            SELECT r.rating, r.review, format_time(r.created_at, %(zone)s) AS created_at,
                r.tutor_id::text AS tutor_id
        ) result
    ) END AS shown
    FROM (
        SELECT *, sum(octet_length(review) + 50) OVER (ORDER BY {importance} ROWS UNBOUNDED PRECEDING) AS bytes
        FROM ({selection}) selected
    ) r
) listed
"""
LIST_RATINGS_BY_STUDENT = Query(
    Ratings,
    compose(
        RATINGS,
        selection=Sql("""SELECT * FROM ratings
            WHERE student_id = %(student_id)s AND (%(before)s::bigint IS NULL OR id < %(before)s)"""),
        importance=Sql("id DESC"),
        order=Sql("id"),
        text_bytes=Sql(TEXT_BYTES),
    ),
)
LIST_BEST_RATINGS = Query(
    Ratings,
    compose(
        RATINGS,
        selection=Sql("""SELECT r.* FROM ratings r JOIN tutors t ON t.id = r.tutor_id
            JOIN users u ON u.id = t.user_id AND u.suspended_at IS NULL
            WHERE r.hidden_at IS NULL ORDER BY r.rating DESC, r.id DESC LIMIT %(count)s"""),
        importance=Sql("rating DESC, id DESC"),
        order=Sql("stars DESC, id DESC"),
        text_bytes=Sql(TEXT_BYTES),
    ),
)


LIST_BEST_REVIEWS = Query(
    str,
    compose(
        """
SELECT coalesce(json_agg(row_to_json(result)), '[]')::text FROM (
    SELECT {review}, r.tutor_id FROM (
        SELECT *, sum(octet_length(review) + 50) OVER (ORDER BY rating DESC, id DESC ROWS UNBOUNDED PRECEDING) AS bytes
        FROM (SELECT * FROM ratings WHERE hidden_at IS NULL ORDER BY rating DESC, id DESC LIMIT %(count)s) best
    ) r JOIN users s ON s.id = r.student_id WHERE r.bytes <= {text_bytes} ORDER BY r.rating DESC, r.id DESC
) result
""",
        review=REVIEW,
        text_bytes=Sql(TEXT_BYTES),
    ),
)


def list_best_reviews(count: int) -> str:
    """The best reviews of all tutors as strangers see them, best first, as JSON text."""
    platform = platform_settings()
    values = {"count": count, "zone": platform.time_zone, "initials": platform.reviewer_initials}
    with connection() as db:
        return LIST_BEST_REVIEWS.get(db, values)


def list_ratings_by_student(student_id: UUID, before: int | None) -> Ratings:
    """A student's newest ratings, oldest first; only those before an id if it is given."""
    values = {"student_id": student_id, "before": before, "zone": platform_settings().time_zone}
    with connection() as db:
        return LIST_RATINGS_BY_STUDENT.get(db, values)


def list_best_ratings(count: int) -> str:
    """The best ratings of all tutors, best first, as JSON text."""
    with connection() as db:
        return LIST_BEST_RATINGS.get(db, {"count": count, "zone": platform_settings().time_zone}).ratings


# Maximum number of reports shown per review; there may be thousands.
SHOWN_REPORTS = 20


LIST_REPORTED = Query(
    PageOfJson,
    """
WITH open AS (SELECT rating_id, min(id) AS first, count(*) AS number FROM review_reports
    WHERE resolved_at IS NULL GROUP BY rating_id)
SELECT (SELECT count(*) FROM open) AS count, coalesce((SELECT json_agg(row_to_json(result)) FROM (
    SELECT r.id, r.tutor_id, r.rating, r.review, format_time(r.created_at, %(zone)s) AS created_at,
        format_time(r.edited_at, %(zone)s) AS edited_at, r.hidden_at IS NOT NULL AS hidden, r.reply,
        s.first_name AS student_first_name, s.last_name AS student_last_name, r.number AS report_count,
        (SELECT json_agg(row_to_json(report)) FROM (
            SELECT reason, format_time(created_at, %(zone)s) AS created_at FROM review_reports
            WHERE rating_id = r.id AND resolved_at IS NULL ORDER BY id LIMIT %(shown_reports)s
        ) report) AS reports
    FROM (SELECT ratings.*, open.first, open.number FROM open JOIN ratings ON ratings.id = open.rating_id
        ORDER BY open.first LIMIT %(size)s OFFSET %(offset)s) r
    JOIN users s ON s.id = r.student_id ORDER BY r.first
) result), '[]')::text AS results
""",
)


def list_reported(page: PageNumber) -> PageOfJson:
    """A page of the reviews with open reports, in the order of their first reports."""
    values = {"size": page.size, "offset": page.offset, "shown_reports": SHOWN_REPORTS}
    with connection() as db:
        return LIST_REPORTED.get(db, values | {"zone": platform_settings().time_zone})


LIST_HIDDEN = Query(
    PageOfJson,
    """
SELECT (SELECT count(*) FROM ratings WHERE hidden_at IS NOT NULL) AS count,
    coalesce((SELECT json_agg(row_to_json(result)) FROM (
        SELECT r.id, r.tutor_id, r.rating, r.review, format_time(r.created_at, %(zone)s) AS created_at,
            format_time(r.edited_at, %(zone)s) AS edited_at, r.verified, r.reply, s.first_name AS student_first_name,
            s.last_name AS student_last_name, format_time(r.hidden_at, %(zone)s) AS hidden_at,
            CASE WHEN h.id IS NOT NULL THEN
                json_build_object('id', h.id, 'first_name', h.first_name, 'last_name', h.last_name)
            END AS hidden_by
        FROM (SELECT * FROM ratings WHERE hidden_at IS NOT NULL
            ORDER BY hidden_at DESC, id DESC LIMIT %(size)s OFFSET %(offset)s) r
        JOIN users s ON s.id = r.student_id LEFT JOIN users h ON h.id = r.hidden_by
        ORDER BY r.hidden_at DESC, r.id DESC
    ) result), '[]')::text AS results
""",
)


def list_hidden(page: PageNumber) -> PageOfJson:
    """A page of the hidden reviews, most recently hidden first."""
    values = {"size": page.size, "offset": page.offset, "zone": platform_settings().time_zone}
    with connection() as db:
        return LIST_HIDDEN.get(db, values)
