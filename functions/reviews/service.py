"""Rating, reviewing, replying and moderating, and the errors these raise."""

from typing import Any
from uuid import UUID

from functions.reviews import queries, repository
from functions.reviews.schemas import EditedRating, NewRating
from shared.data.staff_actions import Grounds, record_action
from shared.domain.auth import AccountGone, keep_account
from shared.domain.dispatcher import trigger_dispatch
from shared.domain.timestamps import format_time
from shared.kit.db.integers import MAX_INT32
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import transaction, violated_constraint
from shared.kit.errors import AppError, NotFound, RecordedError
from shared.kit.http.page_pagination import PageNumber
from shared.kit.psycopg import IntegrityError


class TutorNotFound(RecordedError):
    """There is no such tutor, or the account is not confirmed."""

    body: Any = {"Error": "Tutor not found."}


class TutorIdRequired(RecordedError):
    """The id is 0."""

    body: Any = {"Error": "Tutor id is required."}


class OwnTutor(RecordedError):
    """Tutors cannot rate themselves."""

    body: Any = ["You can't rate yourself"]


class AlreadyRated(RecordedError):
    """The caller has already rated this tutor."""

    body: Any = {"Error": "You have already rated this tutor."}


class NoRating(RecordedError):
    """The caller has not rated this tutor."""

    body: Any = {"Error": "Rating not found."}


class NotRated(AppError):
    """You have not rated this tutor."""

    code = "not_rated"
    detail = "Nie masz opinii o tym korepetytorze."


class ReviewHidden(AppError):
    """Staff hid the review: its author can neither change it nor replace it."""

    status = 409
    code = "review_hidden"
    detail = "Ta opinia została ukryta przez obsługę."


class ReviewNotFound(NotFound):
    """There is no such review that you may see or change."""


class OwnReview(AppError):
    """The review is your own."""

    status = 409
    code = "own_review"
    detail = "Nie możesz zgłosić własnej opinii."


ERRORS_BY_CONSTRAINT: dict[str | None, type[AppError]] = {
    "ratings_tutor_id_student_id_key": AlreadyRated,
    "ratings_tutor_id_fkey": TutorNotFound,
    "ratings_student_id_fkey": AccountGone,
}


def rate(db: PooledConnection, student_id: UUID, tutor_id: int, rating: NewRating) -> dict[str, Any]:
    """Rate a tutor. Raises TutorIdRequired, TutorNotFound, OwnTutor, AlreadyRated or AccountGone."""
    if tutor_id == 0:
        raise TutorIdRequired
    tutor_user = repository.find_tutor_user(db, tutor_id) if tutor_id <= MAX_INT32 else None
    if tutor_user is None:
        raise TutorNotFound
    if tutor_user == student_id:
        raise OwnTutor
    try:
        created_at = repository.add_rating(db, tutor_id, student_id, rating.rating, rating.review)
    except IntegrityError as error:
        if named := ERRORS_BY_CONSTRAINT.get(violated_constraint(error)):
            raise named from None
        raise
    return {"rating": rating.rating, "review": rating.review, "created_at": format_time(created_at)}


def edit_rating(db: PooledConnection, student_id: UUID, tutor_id: int, change: EditedRating) -> str:
    """Change a student's rating of a tutor; returns the review as JSON text. Raises NotRated or ReviewHidden."""
    try:
        _lock_rating(db, student_id, tutor_id)
    except NoRating:
        raise NotRated from None
    given = change.changes()
    review = repository.edit_rating(db, tutor_id, student_id, rating=given.get("rating"), review=given.get("review"))
    if review is None:
        raise NotRated
    return review


def delete_rating(db: PooledConnection, student_id: UUID, tutor_id: int) -> None:
    """Delete a student's rating of a tutor. Raises NoRating or ReviewHidden."""
    _lock_rating(db, student_id, tutor_id)
    if not repository.delete_rating(db, tutor_id, student_id):
        raise NoRating


def _lock_rating(db: PooledConnection, student_id: UUID, tutor_id: int) -> None:
    """Lock which of the tutor's ratings count. Raises NoRating or ReviewHidden."""
    if tutor_id > MAX_INT32:
        raise NoRating
    repository.lock_tutor(db, tutor_id)
    hidden = repository.is_rating_hidden(db, tutor_id, student_id)
    if hidden is None:
        raise NoRating
    if hidden:
        raise ReviewHidden


def list_reviews(path: str, tutor_id: int, page: PageNumber) -> str:
    """A page of a tutor's reviews as JSON text, newest first. Raises NotFound."""
    found = queries.list_reviews(tutor_id, page)
    if found is None:
        raise NotFound
    return page.wrap(
        path,
        found.count,
        found.results,
        avg_rating=found.average,
        verified_rating=found.verified_average,
        verified_count=found.verified_count,
    )


def set_reply(db: PooledConnection, tutor_id: int, review_id: int, text: str | None) -> str:
    """Reply publicly to a review of this tutor, or delete the reply; returns the review as JSON text.

    Raises ReviewNotFound.
    """
    review = repository.set_reply(db, tutor_id, review_id, text)
    if review is None:
        raise ReviewNotFound
    return review


def report_review(db: PooledConnection, reporter_id: UUID, review_id: int, reason: str) -> None:
    """Report a review to staff; a second report by the same person changes nothing.

    Raises AccountGone, ReviewNotFound or OwnReview.
    """
    keep_account(db, reporter_id)
    author = repository.lock_visible_review(db, review_id)
    if author is None:
        raise ReviewNotFound
    if author == reporter_id:
        raise OwnReview
    repository.add_report(db, review_id, reporter_id, reason)


def decide(staff_id: UUID, review_id: int, reason: str = "", *, hidden: bool) -> None:
    """Hide a review or show it again. Its reports are then resolved. Raises AccountGone or ReviewNotFound."""
    with transaction() as db:
        keep_account(db, staff_id)
        author_id = repository.set_hidden(db, staff_id, review_id, hidden=hidden)
        if author_id is None:
            raise ReviewNotFound
        grounds = Grounds(staff_id, reason, f"review {review_id}")
        record_action(db, "hide_review" if hidden else "unhide_review", author_id, grounds)
    if hidden:
        trigger_dispatch()
