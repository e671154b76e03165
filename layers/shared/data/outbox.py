"""The queue of mails to send."""

from shared.kit.db.query import Query

QUEUE_MAILS = Query(
    int,
    """
INSERT INTO mail_outbox (kind, recipient, payload, once)
SELECT kind, recipient, payload, once
FROM jsonb_to_recordset(%s::jsonb) AS mail (kind text, recipient text, payload jsonb, once boolean)
RETURNING id
""",
)
