"""Every statement of the mail feature."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from shared.data.bookings import Role
from shared.kit.db.pool import connection


@dataclass(frozen=True)
class Due:
    """A mail to send now."""

    id: int
    kind: str
    recipient: str
    attempts: int
    payload: dict[str, int]
    once: bool


@dataclass(frozen=True)
class Addressee:
    user_id: UUID
    email: str
    first_name: str
    confirmed: bool


# Taking a mail moves its next try into the future: a worker that dies leaves it to the next sweep.
TAKE = """
UPDATE mail_outbox SET attempts = attempts + 1,
    due_at = now() + least(make_interval(secs => 30 * power(2, least(attempts, 10))), interval '1 hour')
WHERE id = (
    SELECT id FROM mail_outbox WHERE sent_at IS NULL AND uncertain_at IS NULL AND due_at <= now() {which}
    FOR UPDATE SKIP LOCKED
)
RETURNING id, kind, recipient, attempts, payload, once
"""
CLAIM = TAKE.format(which="ORDER BY due_at, id LIMIT 1")
CLAIM_ONE = TAKE.format(which="AND id = %s")


def claim_due() -> Due | None:
    """Take the mail that waits longest; two workers never take the same one."""
    with connection() as db, db.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(CLAIM).fetchone()


def claim_one(mail_id: int) -> Due | None:
    """Take this mail, unless it was sent, is not due or somebody else has it."""
    with connection() as db, db.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(CLAIM_ONE, (mail_id,)).fetchone()


def mark_sent(mail_id: int) -> None:
    with connection() as db:
        db.execute("UPDATE mail_outbox SET sent_at = now(), uncertain_at = NULL WHERE id = %s", (mail_id,))


# Committed before the mail leaves: a worker that dies from here on leaves it flagged, and no other takes it.
BEGIN_ONLY_TRY = """
UPDATE mail_outbox SET uncertain_at = now() WHERE id = %s AND sent_at IS NULL AND uncertain_at IS NULL
"""


def begin_only_try(mail_id: int) -> bool:
    """Flag a mail to send once as of uncertain fate; False if another worker has begun."""
    with connection() as db:
        return db.execute(BEGIN_ONLY_TRY, (mail_id,)).rowcount > 0


def take_back_try(mail_id: int) -> None:
    """It certainly did not leave: it may be tried again."""
    with connection() as db:
        db.execute("UPDATE mail_outbox SET uncertain_at = NULL WHERE id = %s AND sent_at IS NULL", (mail_id,))


# Whoever holds a lock on one deletes it, or the next sweep will: nobody waits in a circle.
EXPIRED = [
    f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE expires_at < now() FOR UPDATE SKIP LOCKED)"
    for table, key in (("email_tokens", "token_hash"), ("sign_in_sessions", "id"))
]


def delete_old() -> None:
    """Forget mails a week old, and those that could not be sent in three days: what they say is of no use."""
    with connection() as db:
        db.execute(
            "DELETE FROM mail_outbox WHERE created_at < now() - interval '7 days'"
            " OR (sent_at IS NULL AND uncertain_at IS NULL AND created_at < now() - interval '3 days')"
        )
        for expired in EXPIRED:
            db.execute(expired)


# A reminder is right while it is the last one for its time, and the booking stands, ahead, at that time; one of the
# deadline comes two hours before it and is of no use after.
FIND_REMINDED = """
SELECT r.booking_id, r.kind, r.recipient FROM reminders r JOIN bookings b ON b.id = r.booking_id
WHERE r.id = %(id)s AND r.state = 'queued' AND extract(epoch FROM r.due_at)::bigint = %(due)s
  AND b.state = 'confirmed' AND b.starts_at > now()
  AND CASE r.kind WHEN 'day_before' THEN b.starts_at - r.due_at = interval '24 hours'
      WHEN 'hour_before' THEN b.starts_at - r.due_at = interval '1 hour'
      ELSE now() < r.due_at + interval '2 hours' END
"""


def find_reminded(reminder_id: int, due: int) -> tuple[int, str, Role] | None:
    """The booking, kind and recipient of a reminder due at that moment (Unix seconds), if it still is right."""
    with connection() as db:
        row = db.execute(FIND_REMINDED, {"id": reminder_id, "due": due}).fetchone()
    return row and (row[0], row[1], row[2])


FIND_ADDRESSEE = """
SELECT id AS user_id, email, first_name, confirmed_at IS NOT NULL AS confirmed
FROM users WHERE lower(email) = lower(%s)
"""


def find_addressee(email: str) -> Addressee | None:
    with connection() as db, db.cursor(row_factory=class_row(Addressee)) as cursor:
        return cursor.execute(FIND_ADDRESSEE, (email,)).fetchone()


# Locked, or an account that is being deleted would be found, waited for, and missed by the foreign key.
KEEP_HASH = """
INSERT INTO email_tokens (token_hash, user_id, purpose, expires_at)
SELECT sha256(convert_to(%(token)s, 'UTF8')), id, %(purpose)s, now() + make_interval(secs => %(seconds)s)
FROM users WHERE id = %(user_id)s FOR KEY SHARE
"""


def add_token(token: str, user_id: UUID, purpose: str, seconds: int) -> bool:
    """Keep the hash of a token that is valid for so long; False if the account is gone."""
    values = {"token": token, "user_id": user_id, "purpose": purpose, "seconds": seconds}
    with connection() as db:
        return db.execute(KEEP_HASH, values).rowcount > 0
