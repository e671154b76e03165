"""Statements about push messages for recipients of messages."""

from functions.chat.data.unread_mails import Span
from shared.data.unread_messages import IS_READING, TELLS, UNREAD
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, compose

# Messages of the last ten seconds are left to the next run, so that a member who reads at once gets no push. After a
# push, a member gets no more until they have read what it was about.
QUEUE = Command(
    compose(
        """
WITH fresh AS (
    SELECT DISTINCT conversation_id, created_by FROM messages
    WHERE created_at > %(since)s::timestamptz - interval '2 minutes'
      AND created_at <= %(until)s::timestamptz - interval '10 seconds'
), addressed AS (
    SELECT m.conversation_id, m.user_id, c.last_seq
    FROM fresh f JOIN conversation_members m ON m.conversation_id = f.conversation_id AND m.user_id <> f.created_by
    JOIN conversations c ON c.id = m.conversation_id
    JOIN users u ON u.id = m.user_id
    WHERE m.pushed_seq <= m.read_seq AND {tells} AND NOT 'chat.push' = ANY (u.silenced)
      AND EXISTS (SELECT FROM messages x WHERE {unread})
      AND EXISTS (SELECT FROM push_subscriptions p WHERE p.user_id = m.user_id)
      AND NOT {is_reading}
    ORDER BY m.conversation_id, m.user_id FOR NO KEY UPDATE OF m
), queued AS (
    INSERT INTO push_outbox (subscription_id, conversation_id)
    SELECT p.id, a.conversation_id FROM addressed a JOIN push_subscriptions p ON p.user_id = a.user_id
)
UPDATE conversation_members m SET pushed_seq = a.last_seq FROM addressed a
WHERE m.conversation_id = a.conversation_id AND m.user_id = a.user_id
""",
        is_reading=IS_READING,
        tells=TELLS,
        unread=UNREAD,
    )
)


def queue(db: PooledConnection, span: Span) -> int:
    """Queue a push message to each browser of the recipients; returns the number of recipients."""
    return QUEUE.run(db, {"since": span.since, "until": span.until})
