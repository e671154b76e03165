"""The keys of requests that may come twice, with the replies that were given."""

from dataclasses import dataclass
from uuid import UUID

from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query

HOURS_KEPT = 48


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """Whose request it is, under which key, and a hash that distinguishes it from other requests."""

    user_id: UUID
    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class KeptReply:
    """What was answered; status and body are None while the first request is not done."""

    request_hash: bytes
    status: int | None
    body: str | None


CLAIM_KEY = Command("""
INSERT INTO idempotency_keys (user_id, key, request_hash) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
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
    """Whether the key is new; while another transaction claims it, this one waits for its end."""
    return CLAIM_KEY.run(db, (key.user_id, key.key, key.request_hash)) == 1


def find_reply(db: PooledConnection, key: IdempotencyKey) -> KeptReply | None:
    return FIND_REPLY.one(db, (key.user_id, key.key))


def keep_reply(db: PooledConnection, key: IdempotencyKey, status: int, body: str) -> None:
    KEEP_REPLY.run(db, (status, body, key.user_id, key.key))


def forget_keys(db: PooledConnection, most: int) -> int:
    """Delete keys older than HOURS_KEPT, at most so many; how many there were."""
    return FORGET_KEYS.run(db, (HOURS_KEPT, most))
