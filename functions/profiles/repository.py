"""Every statement of the profiles feature."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared.models import User
from shared.rules.callers import AccountGone


def change_user(session: Session, user_id: UUID, values: dict[str, Any]) -> User:
    """Raises AccountGone if the account was deleted meanwhile."""
    user: User | None = session.scalar(update(User).where(User.id == user_id).values(**values).returning(User))
    if user is None:
        raise AccountGone
    return user


def swap_picture(session: Session, user_id: UUID, key: str | None) -> str | None:
    """Set the picture's key; returns the one before, locked so that of two uploads each deletes the right file."""
    before = session.scalar(select(User.picture).where(User.id == user_id).with_for_update())
    session.execute(update(User).where(User.id == user_id).values(picture=key))
    return before
