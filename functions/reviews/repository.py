"""Every statement of the reviews feature."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shared.kit.database import connection
from shared.models import Rating, Tutor
from shared.rules.policy import policy


def find_tutor_owner(session: Session, tutor_id: int) -> UUID | None:
    """The account of a tutor whom students can see."""
    return session.scalar(select(Tutor.user_id).where(Tutor.id == tutor_id, Tutor.listed))


def add_rating(session: Session, rating: Rating) -> datetime:
    """Raises sqlalchemy.exc.IntegrityError if there is one by the student already or the tutor has gone."""
    session.add(rating)
    session.flush()
    return rating.created_at


def delete_rating(session: Session, tutor_id: int, student_id: UUID) -> bool:
    removal = delete(Rating).where(Rating.tutor_id == tutor_id, Rating.student_id == student_id)
    return session.scalar(removal.returning(Rating.id)) is not None


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
