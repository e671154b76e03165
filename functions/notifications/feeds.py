"""Calendar feeds: a secret address for each person that asks for one, which calendars read without signing in."""

import hashlib
import re
import secrets
from datetime import datetime
from uuid import UUID

from functions.notifications import repository
from shared.data.bookings import Booking, Role
from shared.domain import calendars
from shared.kit.errors import NotFound

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class NoFeed(NotFound):
    """There is no such feed, or it was replaced or deleted."""


def make_feed(user_id: UUID) -> tuple[str, datetime]:
    """A new secret for a person's feed, and when it was made; one there was is void. Only its hash is kept."""
    token = secrets.token_urlsafe(32)
    return token, repository.replace_feed(user_id, _hash(token))


def get_feed(user_id: UUID) -> datetime:
    """Since when a person has a feed. Raises NoFeed."""
    if created_at := repository.find_feed(user_id):
        return created_at
    raise NoFeed


def delete_feed(user_id: UUID) -> None:
    """Raises NoFeed."""
    if not repository.delete_feed(user_id):
        raise NoFeed


def read_feed(token: str) -> bytes:
    """A person's bookings as student and tutor, of the last 90 days and ahead, as iCalendar. Raises NoFeed."""
    owner = repository.find_feed_owner(_hash(token)) if TOKEN.fullmatch(token) else None
    if owner is None:
        raise NoFeed
    return calendars.feed((booking, _role(booking, owner)) for booking in repository.list_calendar(owner))


def _role(booking: Booking, user_id: UUID) -> Role:
    return "student" if booking.student_id == user_id else "tutor"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
