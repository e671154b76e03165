"""Every statement of the profiles feature."""

from typing import Any
from uuid import UUID

from shared.domain.auth import AccountGone
from shared.kit.db.pool import PooledConnection

COLUMNS = ("first_name", "last_name", "password_hash")


def change_user(db: PooledConnection, user_id: UUID, values: dict[str, Any]) -> None:
    """Set some of COLUMNS. Raises AccountGone if the account was deleted meanwhile."""
    places = ", ".join(f"{column} = %({column})s" for column in COLUMNS if column in values)
    changed = db.execute(f"UPDATE users SET {places} WHERE id = %(user_id)s", {**values, "user_id": user_id})
    if changed.rowcount == 0:
        raise AccountGone


def swap_picture(db: PooledConnection, user_id: UUID, key: str | None) -> str | None:
    """Set the picture's key; returns the one before, locked so that of two uploads each deletes the right file.

    Raises AccountGone if the account was deleted meanwhile.
    """
    before = db.execute("SELECT picture FROM users WHERE id = %s FOR UPDATE", (user_id,)).fetchone()
    if before is None:
        raise AccountGone
    db.execute("UPDATE users SET picture = %s WHERE id = %s", (key, user_id))
    key_before: str | None = before[0]
    return key_before
