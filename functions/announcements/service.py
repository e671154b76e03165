"""Announcing, and the errors it raises."""

from typing import Any
from uuid import UUID

from functions.announcements import repository
from functions.announcements.schemas import AnnouncementChange, NewAnnouncement
from shared.data.staff_actions import Grounds, record_action
from shared.domain.auth import AccountGone, keep_account
from shared.domain.limits import ANNOUNCEMENTS
from shared.kit.db.transactions import transaction
from shared.kit.errors import AppError, FieldErrors, NotFound
from shared.kit.security.rate_limits import spend

# Per tutor.
MAX_ANNOUNCEMENTS = 50


class TooManyAnnouncements(AppError):
    """You have the maximum number of announcements: delete one first."""

    status = 409
    code = "too_many_announcements"
    detail = f"Możesz mieć najwyżej {MAX_ANNOUNCEMENTS} ogłoszeń. Usuń najpierw któreś z nich."


class UnreadableTags(FieldErrors):
    """Some of the tags have no readable name; raised by the model of the body."""

    body: Any = {"tags": [{"name": ["To pole jest wymagane."]}]}


class AnnouncementNotFound(NotFound):
    """There is no such announcement that you may change."""


def announce(tutor_id: int, new: NewAnnouncement) -> str:
    """Add an announcement; returns it as JSON text. Raises TooManyAnnouncements, AccountGone or Throttled."""
    spend(ANNOUNCEMENTS, str(tutor_id))
    with transaction() as db:
        if not repository.lock_tutor(db, tutor_id):
            raise AccountGone
        if repository.count_announcements(db, tutor_id) >= MAX_ANNOUNCEMENTS:
            raise TooManyAnnouncements
        return repository.add_announcement(db, tutor_id, new.model_dump())


def edit(tutor_id: int, announcement_id: int, change: AnnouncementChange) -> str:
    """Change the tutor's own announcement; returns it as JSON text. Raises AnnouncementNotFound."""
    changed = repository.edit_announcement(tutor_id, announcement_id, change.changes())
    if changed is None:
        raise AnnouncementNotFound
    return changed


def set_hidden(staff_id: UUID, announcement_id: int, reason: str = "", *, hidden: bool) -> None:
    """Hide an announcement from everybody but its tutor, or show it again.

    Raises AccountGone or AnnouncementNotFound.
    """
    with transaction() as db:
        keep_account(db, staff_id)
        author_id = repository.set_hidden(db, staff_id, announcement_id, hidden=hidden)
        if author_id is None:
            raise AnnouncementNotFound
        grounds = Grounds(staff_id, reason, f"announcement {announcement_id}")
        record_action(db, "hide_announcement" if hidden else "unhide_announcement", author_id, grounds)
