"""The verbs of the reviews feature and their refusals."""

from typing import Any
from uuid import UUID

from psycopg import IntegrityError

from functions.reviews import repository
from functions.reviews.schemas import EditedRating, NewRating
from shared.domain.auth import AccountGone
from shared.domain.timestamps import format_time
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import violated_constraint
from shared.kit.errors import AppError, CodedError, NotFound
from shared.kit.http.page_pagination import PageNumber

MAX_ID = 2**31 - 1
MAX_REVIEW_ID = 2**63 - 1


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


class ReviewHidden(CodedError):
    """Staff hid the review: its author can neither change it nor make room for another."""

    status = 409
    code = "review_hidden"
    detail = "Ta opinia została ukryta przez obsługę."


class ReviewNotFound(NotFound):
    """There is no such review, or none of the caller's business."""


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
    return {"rating": rating.rating, "review": rating.review, "created_at": format_time(created_at)}


def edit(db: PooledConnection, student_id: UUID, tutor_id: int, changes: EditedRating) -> str:
    """Change the own rating of a tutor; the review as JSON text. Raises NoRating or ReviewHidden."""
    _lock_own(db, student_id, tutor_id)
    review = repository.edit_rating(db, tutor_id, student_id, changes.changes())
    if review is None:
        raise NoRating
    return review


def delete_rating(db: PooledConnection, student_id: UUID, tutor_id: int) -> None:
    """Delete the own rating of a tutor. Raises NoRating or ReviewHidden."""
    _lock_own(db, student_id, tutor_id)
    if not repository.delete_rating(db, tutor_id, student_id):
        raise NoRating


def _lock_own(db: PooledConnection, student_id: UUID, tutor_id: int) -> None:
    """Keep others from what counts for the tutor, if there is an own rating that may be changed."""
    if tutor_id > MAX_ID:
        raise NoRating
    repository.lock_tutor(db, tutor_id)
    hidden = repository.find_hidden(db, tutor_id, student_id)
    if hidden is None:
        raise NoRating
    if hidden:
        raise ReviewHidden


def list_reviews(path: str, tutor_id: int, page: PageNumber) -> str:
    """A page of a tutor's reviews as JSON text, the newest first. Raises NotFound."""
    found = repository.list_page(tutor_id, page) if tutor_id <= MAX_ID else None
    if found is None:
        raise NotFound
    count, average, results = found
    return page.wrap(path, count, results, avg_rating=average)


def reply(tutor_id: int, review_id: int, text: str | None) -> str:
    """Answer a review of the own teaching in public, or take the answer back; the review as JSON text.

    Raises ReviewNotFound.
    """
    review = repository.set_reply(tutor_id, review_id, text) if review_id <= MAX_REVIEW_ID else None
    if review is None:
        raise ReviewNotFound
    return review
