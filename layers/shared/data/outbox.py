"""The queue of mails to send."""

from shared.kit.db.query import Query

QUEUE_MAILS = Query(
    int,
    """
WITH added AS (
    INSERT INTO mail_outbox (kind, recipient, payload, once, due_at)
    SELECT kind, recipient, payload, once, now() + make_interval(secs => wait)
    FROM jsonb_to_recordset(%s::jsonb) AS mail (kind text, recipient text, payload jsonb, once boolean, wait float)
    RETURNING id, due_at
)
SELECT id FROM added WHERE due_at <= now()
""",
)

# A mail about a booking waits; what happens meanwhile goes into it, `change` is the last of it and `since` the first.
# One that a worker has begun with is on its way: then there is another. Which are due now.
FOLD_MAILS = Query(
    int,
    """
WITH draft AS (
    SELECT recipient, payload, payload->'booking' AS booking, now() + make_interval(secs => wait) AS due_at
    FROM jsonb_to_recordset(%s::jsonb) AS mail (recipient text, payload jsonb, wait float)
), folded AS (
    UPDATE mail_outbox m SET payload = m.payload || jsonb_build_object('change', d.payload->'change'),
        due_at = least(m.due_at, d.due_at)
    FROM draft d
    WHERE m.kind = 'booking_change' AND m.recipient = d.recipient AND m.payload->'booking' = d.booking
      AND m.attempts = 0 AND m.sent_at IS NULL AND m.uncertain_at IS NULL
    RETURNING m.id, m.recipient, d.booking, m.due_at
), added AS (
    INSERT INTO mail_outbox (kind, recipient, payload, due_at)
    SELECT 'booking_change', recipient, payload, due_at FROM draft d
    WHERE NOT EXISTS (SELECT FROM folded f WHERE f.recipient = d.recipient AND f.booking = d.booking)
    RETURNING id, due_at
)
SELECT id FROM folded WHERE due_at <= now() UNION ALL SELECT id FROM added WHERE due_at <= now()
""",
)
