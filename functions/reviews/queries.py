"""The lists of reviews and ratings, each one statement that answers JSON text."""

from dataclasses import dataclass
from uuid import UUID

from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose
from shared.kit.http.page_pagination import PageNumber

# The columns of a review as clients see it; `r` is its row and `s` its author's.
REVIEW = Sql("""
r.id, r.rating, r.review, format_time(r.created_at, %(zone)s) AS created_at,
format_time(r.edited_at, %(zone)s) AS edited_at, s.first_name AS student_first_name, s.last_name AS student_last_name,
EXISTS (
    SELECT FROM bookings b JOIN tutoring_sessions session ON session.id = b.session_id
    WHERE b.student_id = r.student_id AND b.state = 'completed' AND session.tutor_id = r.tutor_id
) AS verified, r.reply, format_time(r.replied_at, %(zone)s) AS replied_at
""")


@dataclass(frozen=True, slots=True)
class Reviews:
    """A page of a tutor's reviews as JSON text, and the count and average of all."""

    count: int
    average: str
    results: str


LIST_REVIEWS = Query(
    Reviews,
    compose(
        """
SELECT t.rating_count AS count, t.avg_rating::text AS average, coalesce((
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
    """A page of a tutor's reviews, the newest first; None for unknown tutors."""
    values = {"tutor_id": tutor_id, "size": page.size, "offset": page.offset, "zone": platform_settings().time_zone}
    with connection() as db:
        return LIST_REVIEWS.one(db, values)


RATINGS = """SELECT coalesce('[' || string_agg(json_strip_nulls(row_to_json(result))::text, ',') || ']', '[]') FROM (
    SELECT rating, review, format_time(created_at, %(zone)s) AS created_at, tutor_id::text AS tutor_id,
        CASE WHEN hidden_at IS NOT NULL THEN true END AS hidden
    FROM ratings {selection}
) result"""
LIST_RATINGS_BY_STUDENT = Query(str, compose(RATINGS, selection=Sql("WHERE student_id = %(student_id)s ORDER BY id")))
LIST_BEST_RATINGS = Query(
    str, compose(RATINGS, selection=Sql("WHERE hidden_at IS NULL ORDER BY rating DESC, id DESC LIMIT %(count)s"))
)


def list_ratings_by_student(student_id: UUID) -> str:
    """A student's ratings, oldest first, as JSON text."""
    with connection() as db:
        return LIST_RATINGS_BY_STUDENT.get(db, {"student_id": student_id, "zone": platform_settings().time_zone})


def list_best_ratings(count: int) -> str:
    """The best ratings of all tutors, best first, as JSON text."""
    with connection() as db:
        return LIST_BEST_RATINGS.get(db, {"count": count, "zone": platform_settings().time_zone})


# Reports of one review that are shown; there may be thousands.
SHOWN_REPORTS = 20


@dataclass(frozen=True, slots=True)
class ReportedReviews:
    """How many reviews await a decision, and a page of them as JSON text."""

    count: int
    results: str


LIST_REPORTED = Query(
    ReportedReviews,
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


def list_reported(page: PageNumber) -> ReportedReviews:
    """A page of the reviews with open reports, in the order of their first reports."""
    values = {"size": page.size, "offset": page.offset, "shown_reports": SHOWN_REPORTS}
    with connection() as db:
        return LIST_REPORTED.get(db, values | {"zone": platform_settings().time_zone})
