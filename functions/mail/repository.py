"""Every statement of the mail feature."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from shared.kit.database import connection


@dataclass(frozen=True)
class Due:
    """A mail to send now."""

    id: int
    kind: str
    recipient: str
    attempts: int


@dataclass(frozen=True)
class Addressee:
    user_id: UUID
    email: str
    first_name: str
    confirmed: bool


# Taking a mail moves its next try into the future: a worker that dies leaves it to the next sweep.
TAKE = """
UPDATE outbox SET attempts = attempts + 1,
    due_at = now() + least(make_interval(secs => 30 * power(2, least(attempts, 10))), interval '1 hour')
WHERE id = (SELECT id FROM outbox WHERE sent_at IS NULL AND due_at <= now() {which} FOR UPDATE SKIP LOCKED)
RETURNING id, kind, recipient, attempts
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
        db.execute("UPDATE outbox SET sent_at = now() WHERE id = %s", (mail_id,))


def delete_old() -> None:
    """Forget mails a week old, and those that could not be sent in three days: their links are of no use."""
    with connection() as db:
        db.execute(
            "DELETE FROM outbox WHERE created_at < now() - interval '7 days'"
            " OR (sent_at IS NULL AND created_at < now() - interval '3 days')"
        )
        db.execute("DELETE FROM email_tokens WHERE expires_at < now()")
        db.execute("DELETE FROM sessions WHERE expires_at < now()")


FIND_ADDRESSEE = """
SELECT id AS user_id, email, first_name, confirmed_at IS NOT NULL AS confirmed
FROM users WHERE lower(email) = lower(%s)
"""


def find_addressee(email: str) -> Addressee | None:
    with connection() as db, db.cursor(row_factory=class_row(Addressee)) as cursor:
        return cursor.execute(FIND_ADDRESSEE, (email,)).fetchone()


KEEP_HASH = """
INSERT INTO email_tokens (token_hash, user_id, purpose, expires_at)
SELECT sha256(convert_to(%(token)s, 'UTF8')), id, %(purpose)s, now() + make_interval(secs => %(seconds)s)
FROM users WHERE id = %(user_id)s
"""


def add_token(token: str, user_id: UUID, purpose: str, seconds: int) -> None:
    values = {"token": token, "user_id": user_id, "purpose": purpose, "seconds": seconds}
    with connection() as db:
        db.execute(KEEP_HASH, values)
