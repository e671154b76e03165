"""Every statement of the reviews feature but those of moderation.

Whoever changes what a rating counts locks its tutor first: an account's deletion takes the tutors it rated before
the ratings, and both orders at once would end in a deadlock.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.http.page_pagination import PageNumber


def find_tutor_owner(db: PooledConnection, tutor_id: int) -> UUID | None:
    """The account of a tutor whom students can see."""
    row = db.execute("SELECT user_id FROM tutors WHERE id = %s AND listed", (tutor_id,)).fetchone()
    return row[0] if row else None


ADD_RATING = """
INSERT INTO ratings (tutor_id, student_id, rating, review) VALUES (%s, %s, %s, %s)
RETURNING created_at
"""


def add_rating(db: PooledConnection, tutor_id: int, student_id: UUID, rating: int, review: str) -> datetime:
    """Raises psycopg.IntegrityError if there is one by the student already or the tutor has gone."""
    [row] = db.execute(ADD_RATING, (tutor_id, student_id, rating, review)).fetchall()
    created_at: datetime = row[0]
    return created_at


def lock_tutor(db: PooledConnection, tutor_id: int) -> None:
    """Nobody else changes what counts for the tutor before the transaction ends."""
    db.execute("SELECT FROM tutors WHERE id = %s FOR NO KEY UPDATE", (tutor_id,))


def find_hidden(db: PooledConnection, tutor_id: int, student_id: UUID) -> bool | None:
    """Whether a student's rating of a tutor is hidden; None without one."""
    statement = "SELECT hidden_at IS NOT NULL FROM ratings WHERE tutor_id = %s AND student_id = %s"
    row = db.execute(statement, (tutor_id, student_id)).fetchone()
    return row[0] if row else None


# A review as it is shown; `r` is its row and `s` its author's.
REVIEW = """
r.id, r.rating, r.review, format_time(r.created_at, %(zone)s) AS created_at,
format_time(r.edited_at, %(zone)s) AS edited_at, s.first_name AS student_first_name, s.last_name AS student_last_name,
EXISTS (
    SELECT FROM bookings b JOIN tutoring_sessions session ON session.id = b.session_id
    WHERE b.student_id = r.student_id AND b.state = 'completed' AND session.tutor_id = r.tutor_id
) AS verified, r.reply, format_time(r.replied_at, %(zone)s) AS replied_at
"""
CHANGED = f"""
WITH changed AS (UPDATE ratings SET {{change}} RETURNING *)
SELECT row_to_json(shown)::text FROM (SELECT {REVIEW} FROM changed r JOIN users s ON s.id = r.student_id) shown
"""
EDIT = CHANGED.format(
    change="""rating = coalesce(%(rating)s, rating), review = coalesce(%(review)s, review),
    edited_at = CASE WHEN (rating, review) = (coalesce(%(rating)s, rating), coalesce(%(review)s, review))
        THEN edited_at ELSE now() END
    WHERE tutor_id = %(tutor_id)s AND student_id = %(student_id)s"""
)
REPLY = CHANGED.format(
    change="""reply = %(reply)s, replied_at = CASE WHEN reply = %(reply)s THEN replied_at
        WHEN %(reply)s::text IS NOT NULL THEN now() END
    WHERE id = %(id)s AND tutor_id = %(tutor_id)s AND hidden_at IS NULL"""
)


def edit_rating(db: PooledConnection, tutor_id: int, student_id: UUID, changes: dict[str, Any]) -> str | None:
    """Change `rating` and `review`, as far as given; the review as JSON text, None without one."""
    values = {"rating": None, "review": None} | changes
    values |= {"tutor_id": tutor_id, "student_id": student_id, "zone": platform_settings().time_zone}
    row = db.execute(EDIT, values).fetchone()
    return row[0] if row else None


def delete_rating(db: PooledConnection, tutor_id: int, student_id: UUID) -> bool:
    removal = "DELETE FROM ratings WHERE tutor_id = %s AND student_id = %s"
    return db.execute(removal, (tutor_id, student_id)).rowcount > 0


def set_reply(tutor_id: int, review_id: int, reply: str | None) -> str | None:
    """Answer a review of a tutor's own that can be seen, or take the answer back; the review as JSON text."""
    values = {"tutor_id": tutor_id, "id": review_id, "reply": reply, "zone": platform_settings().time_zone}
    with connection() as db:
        row = db.execute(REPLY, values).fetchone()
    return row[0] if row else None


PAGE = f"""
SELECT t.rating_count, t.avg_rating::text, coalesce((
    SELECT json_agg(row_to_json(shown)) FROM (
        SELECT {REVIEW} FROM (
            SELECT * FROM ratings WHERE tutor_id = t.id AND hidden_at IS NULL
            ORDER BY id DESC LIMIT %(size)s OFFSET %(offset)s
        ) r JOIN users s ON s.id = r.student_id ORDER BY r.id DESC
    ) shown
), '[]')::text
FROM tutors t WHERE t.id = %(tutor_id)s AND t.listed
"""


def list_page(tutor_id: int, page: PageNumber) -> tuple[int, str, str] | None:
    """How many reviews a tutor has, their average, and a page of them as JSON text; None for unknown tutors."""
    values = {"tutor_id": tutor_id, "size": page.size, "offset": page.offset, "zone": platform_settings().time_zone}
    with connection() as db:
        row = db.execute(PAGE, values).fetchone()
    return (row[0], row[1], row[2]) if row else None


RATING = """SELECT coalesce('[' || string_agg(json_strip_nulls(row_to_json(shown))::text, ',') || ']', '[]') FROM (
    SELECT rating, review, format_time(created_at, %(zone)s) AS created_at, tutor_id::text AS tutor_id,
        CASE WHEN hidden_at IS NOT NULL THEN true END AS hidden
    FROM ratings"""
BY_STUDENT = RATING + " WHERE student_id = %(student_id)s ORDER BY id) shown"
BEST = RATING + " WHERE hidden_at IS NULL ORDER BY rating DESC, id DESC LIMIT %(count)s) shown"


def list_by_student(student_id: UUID) -> str:
    """A student's ratings, oldest first, as JSON text."""
    with connection() as db:
        row = db.execute(BY_STUDENT, {"student_id": student_id, "zone": platform_settings().time_zone}).fetchone()
    return str(row[0]) if row else "[]"


def list_best(count: int) -> str:
    """The best ratings of all tutors, best first, as JSON text."""
    with connection() as db:
        row = db.execute(BEST, {"count": count, "zone": platform_settings().time_zone}).fetchone()
    return str(row[0]) if row else "[]"
