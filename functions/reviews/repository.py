"""Every statement of the reviews feature."""

from datetime import datetime
from uuid import UUID

from shared.kit.database import PooledConnection, connection
from shared.rules.policy import policy


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


def delete_rating(db: PooledConnection, tutor_id: int, student_id: UUID) -> bool:
    removal = "DELETE FROM ratings WHERE tutor_id = %s AND student_id = %s"
    return db.execute(removal, (tutor_id, student_id)).rowcount > 0


RATING = """SELECT coalesce('[' || string_agg(row_to_json(shown)::text, ',') || ']', '[]') FROM (
    SELECT rating, review, wire_time(created_at, %(zone)s) AS created_at, tutor_id::text AS tutor_id
    FROM ratings"""
BY_STUDENT = RATING + " WHERE student_id = %(student_id)s ORDER BY id) shown"
BEST = RATING + " ORDER BY rating DESC, id DESC LIMIT %(count)s) shown"


def list_by_student(student_id: UUID) -> str:
    """A student's ratings, oldest first, as JSON text."""
    with connection() as db:
        row = db.execute(BY_STUDENT, {"student_id": student_id, "zone": policy().time_zone}).fetchone()
    return str(row[0]) if row else "[]"


def list_best(count: int) -> str:
    """The best ratings of all tutors, best first, as JSON text."""
    with connection() as db:
        row = db.execute(BEST, {"count": count, "zone": policy().time_zone}).fetchone()
    return str(row[0]) if row else "[]"
