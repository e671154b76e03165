"""Statements that find and change accounts, for several features."""

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query
from shared.texts import Language

TokenPurpose = Literal["confirm", "reset"]


class CallerRow(NamedTuple):
    """An account and one of its sign-in sessions; that is None if it was signed out or the account is suspended."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    picture: str | None
    is_tutor: bool
    is_staff: bool
    created_at: datetime
    time_zone: str | None
    language: Language
    tutor_id: int | None
    session_id: UUID | None
    password_checked_at: datetime | None
    second_factor_at: datetime | None
    second_factor_checked_at: datetime | None


FIND_CALLER = Query(
    CallerRow,
    """
SELECT u.id, u.email, u.first_name, u.last_name, u.picture, u.is_tutor, u.is_staff, u.created_at, u.time_zone,
       u.language, t.id AS tutor_id, s.id AS session_id, s.password_checked_at,
       u.second_factor_at, s.second_factor_checked_at
FROM users u
LEFT JOIN tutors t ON t.user_id = u.id
LEFT JOIN sign_in_sessions s ON s.id = %(session_id)s AND s.user_id = u.id AND s.expires_at > now()
    AND u.suspended_at IS NULL
WHERE u.id = %(user_id)s
""",
)
# An account is locked before anything that belongs to it, as by its deletion. A foreign key alone would lock it last,
# which is a deadlock with the deletion.
KEEP_ACCOUNT = Command("SELECT FROM users WHERE id = %s FOR KEY SHARE")
LOCK_ACCOUNT = Command("SELECT FROM users WHERE id = %s FOR NO KEY UPDATE")
SET_PASSWORD = Command("UPDATE users SET password_hash = %(password_hash)s WHERE id = %(user_id)s")
DELETE_EMAIL_TOKENS = Command("DELETE FROM email_tokens WHERE user_id = %(user_id)s AND purpose = ANY(%(purposes)s)")
DELETE_QUEUED_LINKS = Command("""
DELETE FROM mail_outbox WHERE sent_at IS NULL AND kind = ANY(%(kinds)s)
  AND lower(recipient) = (SELECT lower(email) FROM users WHERE id = %(user_id)s)
""")
LINK_MAILS: dict[TokenPurpose, str] = {"confirm": "confirm_email", "reset": "reset_password"}


# The links mailed for a change of address end with the change.
DELETE_PENDING_EMAIL_CHANGE = Command("DELETE FROM email_changes WHERE user_id = %s AND confirmed_at IS NULL")


def lock_account(db: PooledConnection, user_id: UUID) -> None:
    """Lock an account. Code that ends sessions takes this lock first; new messages and bookings do not wait for it."""
    LOCK_ACCOUNT.run(db, (user_id,))


def end_mailed_links(db: PooledConnection, user_id: UUID, *purposes: TokenPurpose) -> None:
    """Void an account's mailed links of these purposes, and those still waiting in the outbox.

    A change of its address that is not confirmed yet ends as well.
    """
    DELETE_PENDING_EMAIL_CHANGE.run(db, (user_id,))
    DELETE_EMAIL_TOKENS.run(db, {"user_id": user_id, "purposes": list(purposes)})
    kinds = [LINK_MAILS[purpose] for purpose in purposes]
    DELETE_QUEUED_LINKS.run(db, {"user_id": user_id, "kinds": kinds})
