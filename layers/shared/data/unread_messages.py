"""Which messages a member has not read, and about which conversations people are notified while they are away.

In these parts `m` is the member's row, `c` the conversation's and `x` a message's.
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from shared.data.attachments import attachment_names
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose

UNREAD = Sql("""
x.conversation_id = m.conversation_id AND x.seq > m.read_seq AND x.created_by <> m.user_id AND x.deleted_at IS NULL
""")
# The only place that decides this: muted, blocked, suspended, and any other reason not to tell members of messages.
TELLS = Sql("""
NOT m.is_muted AND NOT c.is_blocked AND NOT EXISTS (
    SELECT FROM conversation_members either JOIN users s ON s.id = either.user_id
    WHERE either.conversation_id = m.conversation_id AND s.suspended_at IS NOT NULL
)
""")
# An open socket of protocol 1 counts as reading all that arrives, because its client does not report reading. When it
# closes, the read position is stored (`shared.data.connections`).
IS_READING = Sql("""EXISTS (
    SELECT FROM connections s
    WHERE s.conversation_id = m.conversation_id AND s.user_id = m.user_id AND s.protocol IN (0, 1)
)""")
# The last message that a member has read, and the number of unread ones.
READ_SEQ = compose("CASE WHEN {is_reading} THEN c.last_seq ELSE m.read_seq END", is_reading=IS_READING)
MOST_COUNTED = 1_000
COUNT_UNREAD = compose(
    """CASE WHEN c.last_seq <= m.read_seq OR {is_reading} THEN 0
    ELSE (SELECT count(*) FROM (SELECT FROM messages x WHERE {unread} LIMIT {most}) AS counted) END""",
    is_reading=IS_READING,
    unread=UNREAD,
    most=Sql(str(MOST_COUNTED)),
)


class UnreadMessages(NamedTuple):
    """The oldest message that a member has not read, its author, and the number of unread ones, counted up to 100."""

    conversation_id: UUID
    user_id: UUID
    body: str
    number: int
    first_name: str
    last_name: str
    is_by_new_account: bool


LIST_UNREAD_MESSAGES = Query(
    UnreadMessages,
    compose(
        """
SELECT m.conversation_id, m.user_id, oldest.body,
    (SELECT count(*) FROM (SELECT FROM messages x WHERE {unread} LIMIT 100) counted) AS number,
    coalesce(a.first_name, '') AS first_name, coalesce(a.last_name, '') AS last_name,
    a.created_at IS NULL OR a.created_at > now() - make_interval(days => %(new_days)s) AS is_by_new_account
FROM unnest(%(conversation_ids)s::uuid[], %(user_ids)s::uuid[]) AS asked (conversation_id, user_id)
JOIN conversation_members m ON m.conversation_id = asked.conversation_id AND m.user_id = asked.user_id
JOIN conversations c ON c.id = m.conversation_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN x.body = '' THEN coalesce({file_names}, '') ELSE x.body END AS body, x.created_by
    FROM messages x WHERE {unread} ORDER BY x.seq LIMIT 1
) oldest
LEFT JOIN users a ON a.id = oldest.created_by
WHERE {tells}
""",
        unread=UNREAD,
        tells=TELLS,
        file_names=attachment_names(Sql("x.id")),
    ),
)


def list_unread_messages(members: Iterable[tuple[UUID, UUID]], new_days: int) -> list[UnreadMessages]:
    """The unread messages of members, each given as a conversation and a user.

    Members who have read all, or who are not to be told, are left out. Accounts count as new for `new_days` days.
    """
    asked = list(set(members))
    ids = {"conversation_ids": [each[0] for each in asked], "user_ids": [each[1] for each in asked]}
    if not asked:
        return []
    with connection() as db:
        return LIST_UNREAD_MESSAGES.all(db, {**ids, "new_days": new_days})


def find_unread_messages(conversation_id: UUID, user_id: UUID, new_days: int) -> UnreadMessages | None:
    """As `list_unread_messages`, for one member; None if that leaves the member out."""
    return next(iter(list_unread_messages([(conversation_id, user_id)], new_days)), None)
