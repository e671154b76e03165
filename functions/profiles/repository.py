"""Every statement of the profiles feature."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.data.accounts import SET_PASSWORD
from shared.domain.auth import AccountGone
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query

# A null name stays unchanged.
SET_NAMES = Command("""
UPDATE users SET first_name = coalesce(%(first_name)s, first_name), last_name = coalesce(%(last_name)s, last_name)
WHERE id = %(user_id)s
""")


def set_names(db: PooledConnection, user_id: UUID, *, first_name: str | None, last_name: str | None) -> None:
    """Set the names that are given. Raises AccountGone if the account was deleted meanwhile."""
    if not SET_NAMES.run(db, {"user_id": user_id, "first_name": first_name, "last_name": last_name}):
        raise AccountGone


CHANGE_ACCOUNT = Command("""
UPDATE users SET first_name = coalesce(%(first_name)s, first_name), last_name = coalesce(%(last_name)s, last_name),
    language = coalesce(%(language)s, language),
    time_zone = CASE WHEN %(moves)s THEN %(time_zone)s ELSE time_zone END
WHERE id = %(user_id)s
""")


def change_account(db: PooledConnection, user_id: UUID, changes: dict[str, Any]) -> None:
    """Set the given fields; a time zone of None means the platform's. Raises AccountGone as `set_names` does."""
    absent = dict.fromkeys(("first_name", "last_name", "language", "time_zone"))
    values = {**absent, **changes, "moves": "time_zone" in changes, "user_id": user_id}
    if not CHANGE_ACCOUNT.run(db, values):
        raise AccountGone


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Since when mails to an account's address bounce, None if they do not."""

    mail_bounced_at: datetime | None


FIND_MAILBOX = Query(Mailbox, "SELECT mail_bounced_at FROM users WHERE id = %s")


def find_bounce(db: PooledConnection, user_id: UUID) -> datetime | None:
    """Since when mails to the account's address bounce."""
    mailbox = FIND_MAILBOX.one(db, (user_id,))
    return mailbox.mail_bounced_at if mailbox else None


def set_password(db: PooledConnection, user_id: UUID, password_hash: str) -> None:
    """Set the password. Raises AccountGone if the account was deleted meanwhile."""
    if not SET_PASSWORD.run(db, {"user_id": user_id, "password_hash": password_hash}):
        raise AccountGone


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """The storage key of an account's picture, None for the default one."""

    picture: str | None


LOCK_PICTURE = Query(StoredPicture, "SELECT picture FROM users WHERE id = %s FOR UPDATE")
SET_PICTURE = Command("UPDATE users SET picture = %s WHERE id = %s")


def swap_picture(db: PooledConnection, user_id: UUID, key: str | None) -> str | None:
    """Set the picture's key; returns the previous one, locked so that concurrent uploads each delete the right file.

    Raises AccountGone if the account was deleted meanwhile.
    """
    before = LOCK_PICTURE.one(db, (user_id,))
    if before is None:
        raise AccountGone
    SET_PICTURE.run(db, (key, user_id))
    return before.picture
