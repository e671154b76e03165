"""Statements that write changes of e-mail addresses."""

from typing import NamedTuple
from uuid import UUID

from functions.accounts.email_changes.queries import LinkPurpose, PendingChange
from shared.data.accounts import DELETE_PENDING_EMAIL_CHANGE, lock_account
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query

ADD_CHANGE = Query(
    PendingChange,
    """
INSERT INTO email_changes (user_id, session_id, old_email, new_email, expires_at)
SELECT id, %(session_id)s, email, %(new_email)s, now() + make_interval(hours => %(hours)s)
FROM users WHERE id = %(user_id)s
RETURNING id, old_email, new_email, created_at, expires_at
""",
)


def add_change(db: PooledConnection, user_id: UUID, session_id: UUID, new_email: str, hours: int) -> PendingChange:
    """Add a change, replacing a pending one: links mailed about that one stop working."""
    lock_account(db, user_id)
    DELETE_PENDING_EMAIL_CHANGE.run(db, (user_id,))
    values = {"user_id": user_id, "session_id": session_id, "new_email": new_email, "hours": hours}
    return ADD_CHANGE.get(db, values)


def delete_pending(db: PooledConnection, user_id: UUID) -> bool:
    """Delete a pending change; returns whether there was one."""
    lock_account(db, user_id)
    return DELETE_PENDING_EMAIL_CHANGE.run(db, (user_id,)) > 0


class LockedChange(NamedTuple):
    """A change whose link was used, and its account; `session_id` is the sign-in session that requested it."""

    id: int
    user_id: UUID
    session_id: UUID
    old_email: str
    new_email: str
    email: str
    first_name: str
    last_name: str


# A suspended owner cannot change anything, but can revoke a change made by a thief.
LOCK_CHANGE = Query(
    LockedChange,
    """
SELECT c.id, c.user_id, c.session_id, c.old_email, c.new_email, u.email, u.first_name, u.last_name
FROM email_tokens t JOIN email_changes c ON c.id = t.change_id JOIN users u ON u.id = c.user_id
WHERE t.token_hash = %(token_hash)s AND t.purpose = %(purpose)s AND t.expires_at > now()
  AND (t.purpose = 'revoke' OR u.suspended_at IS NULL)
FOR NO KEY UPDATE OF u
""",
)
DELETE_TOKENS = Query(bytes, "DELETE FROM email_tokens WHERE change_id = %s AND purpose = %s RETURNING token_hash")


def use_token(db: PooledConnection, token_hash: bytes, purpose: LinkPurpose) -> LockedChange | None:
    """Use up a token and all others of its change and purpose; None if it is unknown, used or expired.

    The account is locked first: a concurrent request waits, then finds no token.
    """
    change = LOCK_CHANGE.one(db, {"token_hash": token_hash, "purpose": purpose})
    if change is None:
        return None
    used = DELETE_TOKENS.all(db, (change.id, purpose))
    return change if token_hash in used else None


MARK_CONFIRMED = Command("""
UPDATE email_changes SET confirmed_at = now(), revocable_until = now() + make_interval(days => %(days)s)
WHERE id = %(id)s
""")
# Later changes are revoked too: they started from an address that this one set.
MARK_REVOKED = Query(
    int,
    """
UPDATE email_changes SET revoked_at = now(), revocable_until = now()
WHERE user_id = %(user_id)s AND id >= %(id)s AND revoked_at IS NULL
RETURNING id
""",
)
DELETE_IDENTITIES = Command("DELETE FROM identities WHERE user_id = %s")
# Second factors added since the request may be the intruder's; older ones are the owner's and stay.
DELETE_NEW_PASSKEYS = Command("""
DELETE FROM passkeys p USING email_changes c
WHERE p.user_id = c.user_id AND c.id = %(id)s AND p.created_at >= c.created_at
""")
DELETE_NEW_APP = Command("""
UPDATE second_factors f SET totp_seed = NULL, totp_added_at = NULL, new_totp_seed = NULL, new_totp_expires_at = NULL
FROM email_changes c WHERE f.user_id = c.user_id AND c.id = %(id)s AND f.totp_added_at >= c.created_at
""")
TURN_OFF_WITHOUT_FACTORS = Command("""
WITH ended AS (
    DELETE FROM second_factors f
    WHERE user_id = %(user_id)s AND totp_seed IS NULL
      AND NOT EXISTS (SELECT FROM passkeys p WHERE p.user_id = f.user_id)
    RETURNING f.user_id
)
UPDATE users SET second_factor_at = NULL WHERE id IN (SELECT user_id FROM ended)
""")
DELETE_TICKETS = Command("DELETE FROM second_factor_tickets WHERE user_id = %s")
DELETE_TOKENS_OF_CHANGES = Command("DELETE FROM email_tokens WHERE change_id = ANY(%s)")
SET_EMAIL = Command("UPDATE users SET email = %(email)s, mail_bounced_at = NULL WHERE id = %(user_id)s")
# Not mails about a change of address: each is meant for one particular address.
READDRESS_MAILS = Command("""
UPDATE mail_outbox SET recipient = %(new)s
WHERE lower(recipient) = lower(%(old)s) AND sent_at IS NULL AND NOT payload ? 'email_change'
""")


def mark_confirmed(db: PooledConnection, change_id: int, days: int) -> None:
    """Mark a change as confirmed; it can be revoked for `days` from now on."""
    MARK_CONFIRMED.run(db, {"id": change_id, "days": days})


def mark_revoked(db: PooledConnection, change: LockedChange) -> None:
    """Revoke a change and all later ones, with their mailed links, and remove any access an intruder may have added."""
    DELETE_IDENTITIES.run(db, (change.user_id,))
    DELETE_TICKETS.run(db, (change.user_id,))
    DELETE_NEW_PASSKEYS.run(db, {"id": change.id})
    DELETE_NEW_APP.run(db, {"id": change.id})
    TURN_OFF_WITHOUT_FACTORS.run(db, {"user_id": change.user_id})
    revoked = MARK_REVOKED.all(db, {"user_id": change.user_id, "id": change.id})
    DELETE_TOKENS_OF_CHANGES.run(db, (revoked,))


def set_email(db: PooledConnection, user_id: UUID, old: str, new: str) -> None:
    """Set an account's address, and redirect its unsent mails there.

    Raises psycopg.IntegrityError (users_email_key) if the address is another account's.
    """
    SET_EMAIL.run(db, {"user_id": user_id, "email": new})
    READDRESS_MAILS.run(db, {"old": old, "new": new})
