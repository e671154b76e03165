"""What mails about messages and reviews have to know."""

from dataclasses import dataclass
from uuid import UUID

from shared.data.attachments import attachment_names
from shared.data.unread_messages import TELLS, UNREAD
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose


@dataclass(frozen=True, slots=True)
class UnreadMessages:
    """The oldest message that somebody has not read, who wrote it, and how many there are, counted to a hundred."""

    body: str
    number: int
    first_name: str
    last_name: str
    is_by_new_account: bool


FIND_UNREAD_MESSAGES = Query(
    UnreadMessages,
    compose(
        """
SELECT oldest.body, (SELECT count(*) FROM (SELECT FROM messages x WHERE {unread} LIMIT 100) counted) AS number,
    coalesce(a.first_name, '') AS first_name, coalesce(a.last_name, '') AS last_name,
    a.created_at IS NULL OR a.created_at > now() - make_interval(days => %(new_days)s) AS is_by_new_account
FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN x.body = '' THEN coalesce({file_names}, '') ELSE x.body END AS body, x.created_by
    FROM messages x WHERE {unread} ORDER BY x.seq LIMIT 1
) oldest
LEFT JOIN users a ON a.id = oldest.created_by
WHERE m.conversation_id = %(conversation_id)s AND m.user_id = %(user_id)s AND {tells}
""",
        unread=UNREAD,
        tells=TELLS,
        file_names=attachment_names(Sql("x.id")),
    ),
)


def find_unread_messages(conversation_id: UUID, user_id: UUID, new_days: int) -> UnreadMessages | None:
    """None if all was read, or nobody is to be told of it; accounts count as new for so many days."""
    values = {"conversation_id": conversation_id, "user_id": user_id, "new_days": new_days}
    with connection() as db:
        return FIND_UNREAD_MESSAGES.one(db, values)


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
