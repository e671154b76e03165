"""Statements about mails for people with unread messages who are away.

A member with an unread message gets a time to check again (`mail_due_at`); whether to send a mail is decided then.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.data.unread_messages import IS_READING, TELLS, UNREAD
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query, compose


class Span(NamedTuple):
    """The time range of messages not processed yet."""

    since: datetime
    until: datetime


# Locks its row, so that of two concurrent runs one waits. A backlog of more than an hour is taken hour by hour.
NEXT_SPAN = Query(
    Span,
    """
INSERT INTO job_progress AS progress (job, done_until) VALUES ('unread_mails', now() - interval '1 hour')
ON CONFLICT (job) DO UPDATE SET done_until = progress.done_until
RETURNING done_until AS since, least(now(), done_until + interval '1 hour') AS until
""",
)
END_SPAN = Command("UPDATE job_progress SET done_until = %s WHERE job = 'unread_mails'")


def next_span(db: PooledConnection) -> Span:
    """The next span to process, locked until the transaction ends."""
    return NEXT_SPAN.get(db)


def end_span(db: PooledConnection, span: Span) -> None:
    END_SPAN.run(db, (span.until,))


# A message's timestamp is when it was stored, but it becomes visible only at the commit, so look back two minutes.
PLAN = Command("""
WITH fresh AS (
    SELECT conversation_id, created_by, min(created_at) AS first_at FROM messages
    WHERE created_at > %(since)s::timestamptz - interval '2 minutes' AND created_at <= %(until)s
    GROUP BY conversation_id, created_by
), addressed AS (
    SELECT m.conversation_id, m.user_id, greatest(
        f.first_at + make_interval(secs => %(wait)s), m.mailed_at + make_interval(secs => %(pause)s)
    ) AS due_at
    FROM fresh f JOIN conversation_members m ON m.conversation_id = f.conversation_id AND m.user_id <> f.created_by
    WHERE m.mail_due_at IS NULL
    ORDER BY m.conversation_id, m.user_id FOR NO KEY UPDATE OF m
)
UPDATE conversation_members m SET mail_due_at = a.due_at FROM addressed a
WHERE m.conversation_id = a.conversation_id AND m.user_id = a.user_id
""")


def plan(db: PooledConnection, span: Span, *, wait: float, pause: float) -> int:
    """Schedule a check of each recipient for when their first message has waited and their last mail is old enough.

    `wait` and `pause` are seconds. Returns the number of recipients.
    """
    return PLAN.run(db, {"since": span.since, "until": span.until, "wait": wait, "pause": pause})


class Judged(NamedTuple):
    """The result for one member: whether a mail is sent, and in how many seconds to check again, if at all."""

    conversation_id: UUID
    email: str
    is_mailed: bool


# A member who was mailed gets nothing more until they read or write. An open socket of protocol 1 counts as reading,
# which is recorded when it closes. Clients of the other protocols report themselves what was read.
JUDGE = Query(
    Judged,
    compose(
        """
WITH due AS (
    SELECT conversation_id, user_id, read_seq, mailed_seq, mailed_read_seq, mailed_at, is_muted
    FROM conversation_members WHERE mail_due_at <= now()
    ORDER BY mail_due_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
), seen AS (
    SELECT m.*, c.last_seq, u.email, oldest.created_at + make_interval(secs => %(wait)s) AS waited_at,
        m.mailed_at + make_interval(secs => %(pause)s) AS paused_until,
        {tells} AND u.confirmed_at IS NOT NULL AND NOT 'chat.mail' = ANY (u.silenced) AND (
            m.mailed_at IS NULL OR m.read_seq > m.mailed_read_seq OR EXISTS (
                SELECT FROM messages own WHERE own.conversation_id = m.conversation_id AND own.seq > m.mailed_seq
                    AND own.created_by = m.user_id
            )
        ) AS may_be_mailed,
        {is_reading} AS is_present
    FROM due m JOIN conversations c ON c.id = m.conversation_id
    JOIN users u ON u.id = m.user_id
    LEFT JOIN LATERAL (SELECT x.created_at FROM messages x WHERE {unread} ORDER BY x.seq LIMIT 1) oldest ON true
), judged AS (
    SELECT conversation_id, user_id, email, last_seq, read_seq, CASE
        WHEN waited_at IS NULL OR NOT may_be_mailed THEN NULL
        WHEN is_present THEN now() + make_interval(secs => %(wait)s)
        ELSE greatest(waited_at, paused_until)
    END AS due_at
    FROM seen
), decided AS (
    UPDATE conversation_members m SET mail_due_at = CASE WHEN j.due_at > now() THEN j.due_at END,
        mailed_at = CASE WHEN j.due_at <= now() THEN now() ELSE m.mailed_at END,
        mailed_seq = CASE WHEN j.due_at <= now() THEN j.last_seq ELSE m.mailed_seq END,
        mailed_read_seq = CASE WHEN j.due_at <= now() THEN j.read_seq ELSE m.mailed_read_seq END
    FROM judged j WHERE m.conversation_id = j.conversation_id AND m.user_id = j.user_id
)
SELECT conversation_id, email, coalesce(due_at <= now(), false) AS is_mailed FROM judged
""",
        is_reading=IS_READING,
        tells=TELLS,
        unread=UNREAD,
    ),
)


def judge(db: PooledConnection, most: int, *, wait: float, pause: float) -> list[Judged]:
    """Decide about at most `most` due members; the caller must mail those marked for it."""
    return JUDGE.all(db, {"most": most, "wait": wait, "pause": pause})
