"""Calendar feeds: a secret address for each person who wants one, which calendars read without signing in."""

import hashlib
import re
import secrets
from datetime import datetime
from uuid import UUID

from functions.notifications.data import calendar_feeds
from functions.notifications.domain.errors import CalendarFeedNotFound
from shared.data.bookings import Booking, Role
from shared.domain import calendars

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def create_feed(user_id: UUID) -> tuple[str, datetime]:
    """Create a new secret for a user's feed, which voids the previous one; returns it and its time of creation.

    Only its hash is stored.
    """
    token = secrets.token_urlsafe(32)
    return token, calendar_feeds.replace_feed(user_id, _hash(token))


def get_feed(user_id: UUID) -> datetime:
    """When a user's feed was created. Raises CalendarFeedNotFound."""
    if created_at := calendar_feeds.find_feed(user_id):
        return created_at
    raise CalendarFeedNotFound


def delete_feed(user_id: UUID) -> None:
    """Raises CalendarFeedNotFound."""
    if not calendar_feeds.delete_feed(user_id):
        raise CalendarFeedNotFound


def read_feed(token: str) -> bytes:
    """The bookings of a feed's owner, as student and tutor, from 90 days ago onwards, as iCalendar.

    Raises CalendarFeedNotFound.
    """
    owner = calendar_feeds.find_owner(_hash(token)) if TOKEN.fullmatch(token) else None
    if owner is None:
        raise CalendarFeedNotFound
    found = calendar_feeds.list_bookings(owner.user_id)
    return calendars.feed([(booking, _role(booking, owner.user_id)) for booking in found], owner.language)


def _role(booking: Booking, user_id: UUID) -> Role:
    return "student" if booking.student_id == user_id else "tutor"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
