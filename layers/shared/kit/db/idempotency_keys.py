"""Idempotency keys of requests, with the stored responses."""

from typing import NamedTuple
from uuid import UUID

from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query

HOURS_KEPT = 48
# The newest per user: a client retries soon, and nobody can fill the table.
MOST_REFUSED, MOST_DONE = 100, 2000


class IdempotencyKey(NamedTuple):
    """The user, the key, and a hash that identifies the request."""

    user_id: UUID
    key: str
    request_hash: bytes


class KeptReply(NamedTuple):
    """The stored response; status and body are None while the first request is still running."""

    request_hash: bytes
    status: int | None
    body: str | None


# Old keys are deleted for each new one, skipping locked rows: another transaction may be doing the same.
CLAIM_KEY = Command("""
WITH ranked AS (
    SELECT key, status >= 400 AS refused,
        row_number() OVER (PARTITION BY status >= 400 ORDER BY created_at DESC) AS place
    FROM idempotency_keys WHERE user_id = %(user_id)s
), surplus AS (
    SELECT key FROM ranked
    WHERE place >= CASE WHEN refused THEN %(most_refused)s::int ELSE %(most_done)s::int END
      AND NOT EXISTS (SELECT FROM ranked WHERE key = %(key)s)
), forgotten AS (
    DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM idempotency_keys WHERE user_id = %(user_id)s AND key IN (SELECT key FROM surplus)
        FOR UPDATE SKIP LOCKED
    ))
)
INSERT INTO idempotency_keys (user_id, key, request_hash) VALUES (%(user_id)s, %(key)s, %(request_hash)s)
ON CONFLICT DO NOTHING
""")
FIND_REPLY = Query(KeptReply, "SELECT request_hash, status, body FROM idempotency_keys WHERE user_id = %s AND key = %s")
KEEP_REPLY = Command("UPDATE idempotency_keys SET status = %s, body = %s WHERE user_id = %s AND key = %s")
FORGET_KEYS = Command("""
DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM idempotency_keys WHERE created_at < now() - make_interval(hours => %s)
    ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
))
""")


def claim_key(db: PooledConnection, key: IdempotencyKey) -> bool:
    """Claim a key; False if it exists. Waits while another transaction is claiming it.

    If the user has many keys, the oldest are deleted.
    """
    values = {
        "user_id": key.user_id,
        "key": key.key,
        "request_hash": key.request_hash,
        "most_refused": MOST_REFUSED,
        "most_done": MOST_DONE,
    }
    return CLAIM_KEY.run(db, values) == 1


def find_reply(db: PooledConnection, key: IdempotencyKey) -> KeptReply | None:
    return FIND_REPLY.one(db, (key.user_id, key.key))


def keep_reply(db: PooledConnection, key: IdempotencyKey, status: int, body: str) -> None:
    KEEP_REPLY.run(db, (status, body, key.user_id, key.key))


def forget_keys(db: PooledConnection, most: int) -> int:
    """Delete up to `most` keys older than HOURS_KEPT; returns how many were deleted."""
    return FORGET_KEYS.run(db, (HOURS_KEPT, most))
