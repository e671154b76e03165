"""Every statement of the mail feature."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from functions.mail.folded_changes import Untold
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query, Sql, compose
from shared.texts import Language


class DueMail(NamedTuple):
    """A mail to send now. `once`: at most once; it is better lost than doubled."""

    id: int
    kind: str
    recipient: str
    attempts: int
    payload: dict[str, int]
    once: bool


# Claiming a mail moves its next attempt into the future: a worker that dies leaves it to the next sweep.
CLAIM = """
UPDATE mail_outbox SET attempts = attempts + 1,
    due_at = now() + least(make_interval(secs => 30 * power(2, least(attempts, 10))), interval '1 hour')
WHERE id = (
    SELECT id FROM mail_outbox WHERE sent_at IS NULL AND uncertain_at IS NULL AND due_at <= now() {which}
    FOR UPDATE SKIP LOCKED
)
RETURNING id, kind, recipient, attempts, payload, once
"""
CLAIM_DUE = Query(DueMail, compose(CLAIM, which=Sql("ORDER BY due_at, id LIMIT 1")))
CLAIM_ONE = Query(DueMail, compose(CLAIM, which=Sql("AND id = %s")))


def claim_due() -> DueMail | None:
    """Claim the oldest due mail; two workers never claim the same one."""
    with connection() as db:
        return CLAIM_DUE.one(db)


def claim_one(mail_id: int) -> DueMail | None:
    """Claim this mail, unless it was sent, is not due or is claimed by another worker."""
    with connection() as db:
        return CLAIM_ONE.one(db, (mail_id,))


MARK_SENT = Command("UPDATE mail_outbox SET sent_at = now(), uncertain_at = NULL WHERE id = %s")


def mark_sent(mail_id: int) -> None:
    with connection() as db:
        MARK_SENT.run(db, (mail_id,))


# Committed before the mail is sent: if a worker dies after this, the mail stays marked and no other worker claims it.
MARK_UNCERTAIN = Command(
    "UPDATE mail_outbox SET uncertain_at = now() WHERE id = %s AND sent_at IS NULL AND uncertain_at IS NULL"
)


def mark_uncertain(mail_id: int) -> bool:
    """Mark a mail that must go out at most once, before handing it over; False if another worker has begun."""
    with connection() as db:
        return MARK_UNCERTAIN.run(db, (mail_id,)) > 0


CLEAR_UNCERTAIN = Command("UPDATE mail_outbox SET uncertain_at = NULL WHERE id = %s AND sent_at IS NULL")


def clear_uncertain(mail_id: int) -> None:
    """Clear the mark: the mail certainly was not sent, so it may be retried."""
    with connection() as db:
        CLEAR_UNCERTAIN.run(db, (mail_id,))


# Mails that no worker has begun and that are not due: they wait for further changes of their bookings.
WAITING = "sent_at IS NULL AND attempts = 0 AND due_at > now()"
COUNT_WAITING = Query(int, compose("SELECT count(*) FROM mail_outbox WHERE {waiting}", waiting=Sql(WAITING)))
END_WAITING = Command(compose("UPDATE mail_outbox SET due_at = now() WHERE {waiting}", waiting=Sql(WAITING)))


def count_waiting() -> int:
    """Count the booking mails that wait for further changes."""
    with connection() as db:
        return COUNT_WAITING.get(db)


def end_waiting() -> None:
    """Make the waiting mails about bookings due now."""
    with connection() as db:
        END_WAITING.run(db)


# Deletions are limited, so that even after a long pause none takes long. The next run goes on. ARRAY is evaluated only
# once; PostgreSQL may evaluate a subquery after IN for every row, each time with a limit of its own.
DELETE_OLD_MAILS = Command("""
DELETE FROM mail_outbox WHERE id = ANY(ARRAY(
    SELECT id FROM mail_outbox WHERE created_at < now() - interval '7 days'
        OR (sent_at IS NULL AND uncertain_at IS NULL AND created_at < now() - interval '3 days')
    LIMIT 5000 FOR UPDATE SKIP LOCKED
))
""")
# Locked rows are skipped to avoid deadlocks: another transaction deletes them, or the next sweep does.
DELETE_EXPIRED = (
    Command("""
DELETE FROM email_tokens WHERE token_hash = ANY(ARRAY(
    SELECT token_hash FROM email_tokens WHERE expires_at < now() LIMIT 5000 FOR UPDATE SKIP LOCKED
))
"""),
    # Completed changes are kept longer for the mails about them.
    Command("""
DELETE FROM email_changes WHERE id = ANY(ARRAY(
    SELECT id FROM email_changes WHERE coalesce(revocable_until, expires_at) < now() - interval '7 days'
    LIMIT 5000 FOR UPDATE SKIP LOCKED
))
"""),
    Command("""
DELETE FROM sign_in_sessions WHERE id = ANY(ARRAY(
    SELECT id FROM sign_in_sessions WHERE expires_at < now() LIMIT 5000 FOR UPDATE SKIP LOCKED
))
"""),
)


# An account that was never confirmed cannot have been used. One whose confirmation was reverted is kept if it has data
# that concerns other users. Its valid link may be a later one than that of the registration.
DELETE_UNCONFIRMED_ACCOUNTS = Command("""
DELETE FROM users WHERE id = ANY(ARRAY(
    SELECT id FROM users u
    WHERE confirmed_at IS NULL AND created_at < now() - make_interval(days => %(days)s)
      AND NOT is_staff AND picture IS NULL
      AND NOT EXISTS (SELECT FROM email_tokens t WHERE t.user_id = u.id AND t.expires_at > now())
      AND NOT EXISTS (SELECT FROM sign_in_sessions s WHERE s.user_id = u.id)
      AND NOT EXISTS (SELECT FROM conversation_members m WHERE m.user_id = u.id)
      AND NOT EXISTS (SELECT FROM ratings r WHERE r.student_id = u.id)
      AND NOT EXISTS (SELECT FROM bookings b WHERE b.student_id = u.id)
      AND NOT EXISTS (
          SELECT FROM tutors t JOIN tutoring_sessions s ON s.tutor_id = t.id WHERE t.user_id = u.id
      )
    ORDER BY created_at LIMIT 1000 FOR UPDATE OF u SKIP LOCKED
))
""")


def delete_old() -> None:
    """Delete mails a week old, mails that could not be sent in three days (now useless), and everything expired.

    An account that was never confirmed expires with the last link mailed to it.
    """
    with connection() as db:
        DELETE_OLD_MAILS.run(db)
        for deletion in DELETE_EXPIRED:
            deletion.run(db)
        DELETE_UNCONFIRMED_ACCOUNTS.run(db, {"days": platform_settings().confirm_token_days})


class Addressee(NamedTuple):
    user_id: UUID
    email: str
    first_name: str
    last_name: str
    created_at: datetime
    confirmed: bool
    language: Language
    time_zone: str | None
    # The silenced topics, by channel.
    silenced: list[str]
    suspended: bool = False
    is_staff: bool = False
    bounced: bool = False


ABOUT_ACCOUNT = Sql("""
u.first_name, u.last_name, u.created_at, u.confirmed_at IS NOT NULL AS confirmed, u.language, u.time_zone, u.silenced,
u.suspended_at IS NOT NULL AS suspended, u.is_staff
""")
FIND_ADDRESSEE = Query(
    Addressee,
    compose(
        """
SELECT u.id AS user_id, u.email, {about}, u.mail_bounced_at IS NOT NULL AS bounced
FROM users u WHERE lower(u.email) = lower(%s)
""",
        about=ABOUT_ACCOUNT,
    ),
)
FIND_ADDRESSEE_OF_CHANGE = Query(
    Addressee,
    compose(
        """
SELECT u.id AS user_id, %(email)s::text AS email, {about}, false AS bounced
FROM email_changes c JOIN users u ON u.id = c.user_id WHERE c.id = %(change_id)s
""",
        about=ABOUT_ACCOUNT,
    ),
)


def find_addressee(email: str) -> Addressee | None:
    with connection() as db:
        return FIND_ADDRESSEE.one(db, (email,))


def find_addressee_of_change(email: str, change_id: int) -> Addressee | None:
    """The user whose old or new address this is; None if the change is gone."""
    with connection() as db:
        return FIND_ADDRESSEE_OF_CHANGE.one(db, {"email": email, "change_id": change_id})


# In the order in which accounts are locked everywhere.
MARK_BOUNCED = Command("""
UPDATE users SET mail_bounced_at = now() WHERE id IN (
    SELECT id FROM users WHERE lower(email) = ANY(%s) AND mail_bounced_at IS NULL ORDER BY id FOR NO KEY UPDATE
)
""")


def mark_bounced(emails: Iterable[str]) -> int:
    """Mark these addresses as bouncing; returns how many accounts were not marked before."""
    with connection() as db:
        return MARK_BOUNCED.run(db, ([email.lower() for email in emails],))


class Device(NamedTuple):
    """What a sign-in session keeps of its device."""

    user_agent: str
    address: str | None
    country: str | None


FIND_DEVICE = Query(Device, "SELECT user_agent, host(address) AS address, country FROM sign_in_sessions WHERE id = %s")


def find_device(session_id: UUID) -> Device | None:
    """The device of a session; None if the session is over."""
    with connection() as db:
        return FIND_DEVICE.one(db, (session_id,))


FIND_ISSUER = Query(str, "SELECT issuer FROM identities WHERE id = %s AND linked_at IS NOT NULL")


def find_issuer(identity_id: int) -> str | None:
    """The provider of an identity; None if it may no longer sign in."""
    with connection() as db:
        return FIND_ISSUER.one(db, (identity_id,))


# The row is locked: otherwise the foreign key would fail on an account that is being deleted, and a link mailed to an
# old address could open an account whose address is just changing.
ADD_TOKEN = Command("""
INSERT INTO email_tokens (token_hash, user_id, purpose, expires_at)
SELECT sha256(convert_to(%(token)s, 'UTF8')), id, %(purpose)s, now() + make_interval(secs => %(seconds)s)
FROM users WHERE id = %(user_id)s AND email = %(email)s FOR SHARE
""")


def add_token(token: str, to: Addressee, purpose: str, seconds: int) -> bool:
    """Store the hash of a token with its lifetime; False if the account is gone or its address has changed."""
    values = {"token": token, "user_id": to.user_id, "email": to.email, "purpose": purpose, "seconds": seconds}
    with connection() as db:
        return ADD_TOKEN.run(db, values) > 0


FIND_LATEST_ABOUT_TIME = Query(
    int,
    """
SELECT max(id) FROM booking_changes
WHERE booking_id = ANY(%s) AND (starts_with(kind, 'move_') OR kind IN ('rescheduled', 'cancelled', 'expired'))
GROUP BY booking_id
""",
)


def find_latest_about_time(db: PooledConnection, booking_ids: list[int]) -> list[int]:
    """Each booking's last change that concerns its time: a move, a proposal, a cancellation or an expiry."""
    return FIND_LATEST_ABOUT_TIME.all(db, (booking_ids,))


FIND_UNTOLD = Query(
    Untold,
    """
SELECT booking_id, (array_agg(kind ORDER BY id))[1] AS kind,
    (array_agg(old_starts_at ORDER BY id) FILTER (WHERE kind = 'rescheduled'))[1] AS old_starts_at
FROM booking_changes
WHERE booking_id = ANY(%s) AND id >= %s AND (starts_with(kind, 'move_') OR kind = 'rescheduled')
GROUP BY booking_id
""",
)


def find_untold(db: PooledConnection, booking_ids: list[int], since: int) -> dict[int, Untold]:
    """The changes of time since a given change, about which the reader has not been mailed, by booking."""
    return {each.booking_id: each for each in FIND_UNTOLD.all(db, (booking_ids, since))}
