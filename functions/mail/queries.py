"""What mails about reviews have to know."""

from dataclasses import dataclass
from uuid import UUID

from shared.kit.db.pool import connection
from shared.kit.db.query import Query


@dataclass(frozen=True, slots=True)
class ReviewToTell:
    """A review, what of it concerns somebody now, and the name of the other one."""

    concerns: str
    stars: int
    review: str
    reply: str
    author_id: UUID
    replier_id: UUID
    first_name: str
    last_name: str


FIND_REVIEW = Query(
    ReviewToTell,
    """
SELECT CASE WHEN t.user_id = me.id AND r.hidden_at IS NULL THEN 'review_added'
        WHEN r.student_id = me.id AND r.hidden_at IS NOT NULL THEN 'review_hidden'
        WHEN r.student_id = me.id AND r.reply IS NOT NULL THEN 'review_replied' ELSE '' END AS concerns,
    r.rating::int AS stars, r.review, coalesce(r.reply, '') AS reply,
    r.student_id AS author_id, t.user_id AS replier_id, other.first_name, other.last_name
FROM ratings r JOIN tutors t ON t.id = r.tutor_id
JOIN users me ON me.id = %(user_id)s
JOIN users other ON other.id = CASE WHEN t.user_id = me.id THEN r.student_id ELSE t.user_id END
WHERE r.id = %(rating_id)s
""",
)


def find_review(rating_id: int, user_id: UUID) -> ReviewToTell | None:
    """None if it is gone."""
    with connection() as db:
        return FIND_REVIEW.one(db, {"rating_id": rating_id, "user_id": user_id})


IS_NEW_ACCOUNT = Query(
    bool,
    """
SELECT NOT EXISTS (
    SELECT FROM users WHERE id = %(user_id)s AND created_at <= now() - make_interval(days => %(new_days)s)
)
""",
)


def is_new_account(user_id: UUID, new_days: int) -> bool:
    """Whether an account was made within so many days, or is gone."""
    with connection() as db:
        return IS_NEW_ACCOUNT.get(db, {"user_id": user_id, "new_days": new_days})
