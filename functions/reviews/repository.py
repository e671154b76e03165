"""Statements that write ratings, replies, reports and decisions on them.

A statement that changes whether a rating counts locks its tutor first: deleting an account locks the tutors it rated
before the ratings, and the opposite order would deadlock with it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from functions.reviews.queries import REVIEW
from shared.data.notification_events import add_event
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query, Sql, compose

# Only for tutors whom students can see.
FIND_TUTOR_USER = Query(UUID, "SELECT user_id FROM tutors WHERE id = %s AND listed")


@dataclass(frozen=True, slots=True)
class AddedRating:
    id: int
    created_at: datetime


ADD_RATING = Query(
    AddedRating,
    """
INSERT INTO ratings (tutor_id, student_id, rating, review)
VALUES (%(tutor_id)s, %(student_id)s, %(rating)s, %(review)s)
RETURNING id, created_at
""",
)
LOCK_TUTOR = Command("SELECT FROM tutors WHERE id = %s FOR NO KEY UPDATE")
IS_RATING_HIDDEN = Query(bool, "SELECT hidden_at IS NOT NULL FROM ratings WHERE tutor_id = %s AND student_id = %s")
DELETE_RATING = Command("DELETE FROM ratings WHERE tutor_id = %s AND student_id = %s")


def find_tutor_user(db: PooledConnection, tutor_id: int) -> UUID | None:
    """The account of a tutor; None if students cannot see the tutor."""
    return FIND_TUTOR_USER.one(db, (tutor_id,))


def add_rating(db: PooledConnection, tutor_id: int, student_id: UUID, rating: int, review: str) -> datetime:
    """Add a rating and notify the tutor; returns the time.

    Raises psycopg.IntegrityError if the student already rated the tutor or the tutor is gone.
    """
    values = {"tutor_id": tutor_id, "student_id": student_id, "rating": rating, "review": review}
    added = ADD_RATING.get(db, values)
    add_event(db, "review_added", f"{tutor_id} {student_id}", added.id)
    return added.created_at


def lock_tutor(db: PooledConnection, tutor_id: int) -> None:
    """Lock which of the tutor's ratings count, until the transaction ends."""
    LOCK_TUTOR.run(db, (tutor_id,))


def is_rating_hidden(db: PooledConnection, tutor_id: int, student_id: UUID) -> bool | None:
    """Whether a student's rating of a tutor is hidden; None if there is none."""
    return IS_RATING_HIDDEN.one(db, (tutor_id, student_id))


def delete_rating(db: PooledConnection, tutor_id: int, student_id: UUID) -> bool:
    return DELETE_RATING.run(db, (tutor_id, student_id)) > 0


# A change of a rating that returns the changed review.
CHANGE_RATING = """
WITH changed AS (UPDATE ratings SET {change} RETURNING *)
SELECT row_to_json(changed_review)::text FROM (
    SELECT {review} FROM changed r JOIN users s ON s.id = r.student_id
) changed_review
"""
EDIT_RATING = Query(
    str,
    compose(
        CHANGE_RATING,
        change=Sql("""rating = coalesce(%(rating)s, rating), review = coalesce(%(review)s, review),
    edited_at = CASE WHEN (rating, review) = (coalesce(%(rating)s, rating), coalesce(%(review)s, review))
        THEN edited_at ELSE now() END
    WHERE tutor_id = %(tutor_id)s AND student_id = %(student_id)s"""),
        review=REVIEW,
    ),
)
SET_REPLY = Query(
    str,
    compose(
        CHANGE_RATING,
        change=Sql("""reply = %(reply)s, replied_at = CASE WHEN reply = %(reply)s THEN replied_at
        WHEN %(reply)s::text IS NOT NULL THEN now() END
    WHERE id = %(id)s AND tutor_id = %(tutor_id)s AND hidden_at IS NULL"""),
        review=REVIEW,
    ),
)


def edit_rating(
    db: PooledConnection, tutor_id: int, student_id: UUID, *, rating: int | None, review: str | None
) -> str | None:
    """Change the given fields; returns the review as JSON text, None if there is none."""
    values = {"rating": rating, "review": review, "tutor_id": tutor_id, "student_id": student_id}
    return EDIT_RATING.one(db, {**values, "zone": platform_settings().time_zone, "initials": False})


# True only within the transaction that replied or hid: now() is the time of its start.
IS_REPLIED_NOW = Query(bool, "SELECT coalesce(replied_at = now(), false) FROM ratings WHERE id = %s")
IS_HIDDEN_NOW = Query(bool, "SELECT coalesce(hidden_at = now(), false) FROM ratings WHERE id = %s")


def set_reply(db: PooledConnection, tutor_id: int, review_id: int, reply: str | None) -> str | None:
    """Reply to a visible review of this tutor, or delete the reply; the review as JSON text, None if there is none.

    Notifies the student of a new reply.
    """
    values = {"tutor_id": tutor_id, "id": review_id, "reply": reply, "initials": False}
    review = SET_REPLY.one(db, {**values, "zone": platform_settings().time_zone})
    if review is not None and IS_REPLIED_NOW.get(db, (review_id,)):
        add_event(db, "review_replied", review_id, review_id)
    return review


# The reporter is locked before the review, as when an account is deleted. A locked review cannot be hidden meanwhile,
# so no report stays open after a decision.
LOCK_VISIBLE_REVIEW = Query(UUID, "SELECT student_id FROM ratings WHERE id = %s AND hidden_at IS NULL FOR SHARE")
ADD_REPORT = Command("""
INSERT INTO review_reports (rating_id, reporter_id, reason) VALUES (%s, %s, %s)
ON CONFLICT (rating_id, reporter_id) DO NOTHING
""")


def lock_visible_review(db: PooledConnection, review_id: int) -> UUID | None:
    """Lock a review against changes; returns its author, None if it is hidden or gone."""
    return LOCK_VISIBLE_REVIEW.one(db, (review_id,))


def add_report(db: PooledConnection, review_id: int, reporter_id: UUID, reason: str) -> None:
    """Add a report and notify staff. A second report by the same person changes nothing."""
    if ADD_REPORT.run(db, (review_id, reporter_id, reason)):
        add_event(db, "review_reported", review_id, review_id)


LOCK_TUTOR_OF = Command("SELECT FROM tutors WHERE id = (SELECT tutor_id FROM ratings WHERE id = %s) FOR NO KEY UPDATE")
# Hiding it again keeps who hid it first, and when.
HIDE = Query(
    UUID,
    """
UPDATE ratings SET hidden_at = coalesce(hidden_at, now()),
    hidden_by = CASE WHEN hidden_at IS NULL THEN %(staff_id)s ELSE hidden_by END
WHERE id = %(id)s RETURNING student_id
""",
)
UNHIDE = Query(UUID, "UPDATE ratings SET hidden_at = NULL, hidden_by = NULL WHERE id = %(id)s RETURNING student_id")
# May wait for a report whose reporter is being deleted; no deadlock, as the deletion has locked all its tutors.
RESOLVE_REPORTS = Command("""
UPDATE review_reports SET resolved_at = now() WHERE id IN (
    SELECT id FROM review_reports WHERE rating_id = %s AND resolved_at IS NULL ORDER BY id FOR UPDATE
)
""")


def set_hidden(db: PooledConnection, staff_id: UUID, review_id: int, *, hidden: bool) -> UUID | None:
    """Hide a review and notify its author, or show it again; resolve its reports. Returns the author, if any."""
    LOCK_TUTOR_OF.run(db, (review_id,))
    author_id = (HIDE if hidden else UNHIDE).one(db, {"id": review_id, "staff_id": staff_id})
    if author_id is None:
        return None
    if hidden and IS_HIDDEN_NOW.get(db, (review_id,)):
        add_event(db, "review_hidden", review_id, review_id)
    RESOLVE_REPORTS.run(db, (review_id,))
    return author_id
