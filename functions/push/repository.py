"""Every statement of the push feature."""

from dataclasses import dataclass
from uuid import UUID

from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection
from shared.kit.db.query import Command, Query
from shared.texts import Language

# A browser has one endpoint, for any account. An account's oldest subscription makes room for a new one. The account is
# locked before the device, as by suspensions and deletions, and as strongly as a new session does: a weaker lock would
# let a deletion pass to the device.
SUBSCRIBE = Query(
    str,
    """
WITH owner AS MATERIALIZED (
    SELECT id FROM users WHERE id = %(user_id)s FOR SHARE
), device AS (
    SELECT s.id, s.user_id FROM sign_in_sessions s JOIN owner ON owner.id = s.user_id WHERE s.id = %(session_id)s
    FOR KEY SHARE OF s
), room AS (
    DELETE FROM push_subscriptions WHERE id = ANY(ARRAY(
        SELECT id FROM push_subscriptions WHERE user_id = %(user_id)s AND endpoint <> %(endpoint)s
        ORDER BY id DESC OFFSET %(others)s FOR UPDATE
    ))
), subscribed AS (
    INSERT INTO push_subscriptions AS s (user_id, session_id, endpoint, p256dh, auth)
    SELECT user_id, id, %(endpoint)s, %(p256dh)s, %(auth)s FROM device
    ON CONFLICT (endpoint) DO UPDATE SET user_id = excluded.user_id, session_id = excluded.session_id,
        p256dh = excluded.p256dh, auth = excluded.auth
    RETURNING *
)
SELECT row_to_json(shown)::text FROM (
    SELECT id, split_part(endpoint, '/', 3) AS service, format_time(created_at, %(zone)s) AS created_at FROM subscribed
) shown
""",
)


def subscribe(user_id: UUID, session_id: UUID, endpoint: str, keys: tuple[bytes, bytes], most: int) -> str | None:
    """The subscription as JSON text; None if the account or the session is gone."""
    values = {"user_id": user_id, "session_id": session_id, "endpoint": endpoint, "others": most - 1}
    more = {"p256dh": keys[0], "auth": keys[1], "zone": platform_settings().time_zone}
    with connection() as db:
        return SUBSCRIBE.one(db, values | more)


LIST_SUBSCRIPTIONS = Query(
    str,
    """
SELECT coalesce(json_agg(row_to_json(shown)), '[]')::text FROM (
    SELECT s.id, split_part(s.endpoint, '/', 3) AS service, format_time(s.created_at, %(zone)s) AS created_at,
        d.user_agent, s.session_id = %(session_id)s AS current
    FROM push_subscriptions s JOIN sign_in_sessions d ON d.id = s.session_id
    WHERE s.user_id = %(user_id)s ORDER BY s.id DESC
) shown
""",
)


def list_subscriptions(user_id: UUID, session_id: UUID) -> str:
    """An account's subscriptions as JSON text, newest first; `session` is the caller's."""
    values = {"user_id": user_id, "session_id": session_id, "zone": platform_settings().time_zone}
    with connection() as db:
        return LIST_SUBSCRIPTIONS.get(db, values)


UNSUBSCRIBE = Command("DELETE FROM push_subscriptions WHERE id = %s AND user_id = %s")


def unsubscribe(user_id: UUID, subscription_id: int) -> bool:
    """Delete a subscription; False if the user has no such one."""
    with connection() as db:
        return UNSUBSCRIBE.run(db, (subscription_id, user_id)) > 0


@dataclass(frozen=True, slots=True)
class DuePush:
    """A message to send now: about a notification, or about the unread messages of a conversation.

    `age` is the number of seconds it has waited.
    """

    id: int
    subscription_id: int
    endpoint: str
    p256dh: bytes
    auth: bytes
    attempts: int
    user_id: UUID
    language: Language
    notification_id: int | None
    conversation_id: UUID | None
    age: int


# Claiming moves the next attempt into the future: a worker that dies leaves it to a later run.
CLAIM_DUE = Query(
    DuePush,
    """
UPDATE push_outbox o SET attempts = attempts + 1, due_at = now() + make_interval(secs => 30 * power(2, attempts))
FROM push_subscriptions s JOIN users u ON u.id = s.user_id
WHERE s.id = o.subscription_id AND o.id = ANY(ARRAY(
    SELECT id FROM push_outbox WHERE due_at <= now() ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
))
RETURNING o.id, s.id AS subscription_id, s.endpoint, s.p256dh, s.auth, o.attempts, u.id AS user_id, u.language,
    o.notification_id, o.conversation_id, extract(epoch FROM now() - o.created_at)::int AS age
""",
)


def claim_due(most: int) -> list[DuePush]:
    """Claim the oldest due messages; two workers never claim the same one."""
    with connection() as db:
        return CLAIM_DUE.all(db, (most,))


@dataclass(frozen=True, slots=True)
class ToTell:
    id: int
    kind: str
    message: str


LIST_UNREAD = Query(ToTell, "SELECT id, kind, message FROM notifications WHERE id = ANY(%s) AND NOT is_read")


def list_unread(notification_ids: list[int]) -> list[ToTell]:
    """The unread notifications; read and deleted ones are left out."""
    if not notification_ids:
        return []
    with connection() as db:
        return LIST_UNREAD.all(db, (notification_ids,))


DELETE_PUSHES = Command("DELETE FROM push_outbox WHERE id = ANY(%s)")
FORGET = Command("DELETE FROM push_subscriptions WHERE id = ANY(%s)")
# A service that did not respond will not respond to the next message either.
POSTPONE = Command("""
UPDATE push_outbox o SET due_at = greatest(o.due_at, failed.due_at) FROM push_outbox failed
WHERE failed.id = ANY(%s) AND o.subscription_id = failed.subscription_id AND o.id <> failed.id
""")
# What exceeds the limit is left to the next run.
DELETE_OLD = Command("""
DELETE FROM push_outbox WHERE id = ANY(ARRAY(
    SELECT id FROM push_outbox WHERE created_at < now() - interval '1 day' OR attempts >= 6
    LIMIT 5000 FOR UPDATE SKIP LOCKED
))
""")


def record(done: list[int], gone: list[int], failed: list[int]) -> None:
    """Record the outcome of messages, `done` or `failed`, and which subscriptions are `gone`."""
    with connection() as db:
        DELETE_PUSHES.run(db, (done,))
        FORGET.run(db, (gone,))
        POSTPONE.run(db, (failed,))


def delete_old() -> None:
    """Delete messages that could not be sent in a day, or in six attempts."""
    with connection() as db:
        DELETE_OLD.run(db)
