"""The verbs of the reviews feature and their refusals."""

from typing import Any
from uuid import UUID

from psycopg import IntegrityError

from functions.reviews import repository
from functions.reviews.schemas import NewRating
from shared.kit.database import PooledConnection
from shared.kit.errors import AppError
from shared.kit.transactions import violated_constraint
from shared.rules.callers import AccountGone
from shared.rules.timestamps import wire_time

MAX_ID = 2**31 - 1


class TutorNotFound(AppError):
    """There is no such tutor, or the account is not confirmed."""

    body: Any = {"Error": "Tutor not found."}


class TutorIdRequired(AppError):
    """The id is 0."""

    body: Any = {"Error": "Tutor id is required."}


class OwnTutor(AppError):
    """Tutors cannot rate themselves."""

    body: Any = ["You can't rate yourself"]


class AlreadyRated(AppError):
    """The caller has rated this tutor already."""

    body: Any = {"Error": "You have already rated this tutor."}


class NoRating(AppError):
    """The caller has not rated this tutor."""

    body: Any = {"Error": "Rating not found."}


REFUSALS_OF_CONSTRAINTS: dict[str | None, type[AppError]] = {
    "ratings_tutor_id_student_id_key": AlreadyRated,
    "ratings_tutor_id_fkey": TutorNotFound,
    "ratings_student_id_fkey": AccountGone,
}


def rate(db: PooledConnection, student_id: UUID, tutor_id: int, rating: NewRating) -> dict[str, Any]:
    """Rate a tutor. Raises TutorIdRequired, TutorNotFound, OwnTutor, AlreadyRated or AccountGone."""
    if tutor_id == 0:
        raise TutorIdRequired
    owner = repository.find_tutor_owner(db, tutor_id) if tutor_id <= MAX_ID else None
    if owner is None:
        raise TutorNotFound
    if owner == student_id:
        raise OwnTutor
    try:
        created_at = repository.add_rating(db, tutor_id, student_id, rating.rating, rating.review)
    except IntegrityError as error:
        if refusal := REFUSALS_OF_CONSTRAINTS.get(violated_constraint(error)):
            raise refusal from None
        raise
    return {"rating": rating.rating, "review": rating.review, "created_at": wire_time(created_at)}


def delete_rating(db: PooledConnection, student_id: UUID, tutor_id: int) -> None:
    """Delete the own rating of a tutor. Raises NoRating."""
    if tutor_id > MAX_ID or not repository.delete_rating(db, tutor_id, student_id):
        raise NoRating
