"""What mails about messages have to know."""

from dataclasses import dataclass
from uuid import UUID

from shared.data.unread_messages import TELLS, UNREAD
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, compose


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
CROSS JOIN LATERAL (SELECT x.body, x.created_by FROM messages x WHERE {unread} ORDER BY x.seq LIMIT 1) oldest
LEFT JOIN users a ON a.id = oldest.created_by
WHERE m.conversation_id = %(conversation_id)s AND m.user_id = %(user_id)s AND {tells}
""",
        unread=UNREAD,
        tells=TELLS,
    ),
)


def find_unread_messages(conversation_id: UUID, user_id: UUID, new_days: int) -> UnreadMessages | None:
    """None if all was read, or nobody is to be told of it; accounts count as new for so many days."""
    values = {"conversation_id": conversation_id, "user_id": user_id, "new_days": new_days}
    with connection() as db:
        return FIND_UNREAD_MESSAGES.one(db, values)
