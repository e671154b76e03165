"""Calendar feeds: a secret address for each person who wants one, which calendars read without signing in."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from functions.notifications.data import calendar_feeds
from functions.notifications.data.calendar_feeds import Feed, parse_entry
from functions.notifications.domain.errors import CalendarFeedNotFound
from shared.domain import calendars
from shared.domain.auth import AccountGone
from shared.texts import Language

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# Increment it when the same entries are written differently, so that calendars fetch them again.
EDITION = 1
# As JSON, in which a function answers, it is at most three times as long; Lambda takes 6 MB.
MAX_BYTES = 1_900_000
# Calendars ask again and again for the same entries, and writing one takes a quarter of a millisecond. A kept event
# takes about 1 kB, or 9 with the longest links.
MAX_KEPT_EVENTS = 4_000


def create_feed(user_id: UUID) -> tuple[str, datetime]:
    """Create a new secret for a user's feed, which voids the previous one; returns it and its time of creation.

    Only its hash is stored. Raises AccountGone.
    """
    token = secrets.token_urlsafe(32)
    created_at = calendar_feeds.replace_feed(user_id, _hash(token))
    if created_at is None:
        raise AccountGone
    return token, created_at


def get_feed(user_id: UUID) -> datetime:
    """When a user's feed was created. Raises CalendarFeedNotFound."""
    if created_at := calendar_feeds.find_feed(user_id):
        return created_at
    raise CalendarFeedNotFound


def delete_feed(user_id: UUID) -> None:
    """Raises CalendarFeedNotFound."""
    if not calendar_feeds.delete_feed(user_id):
        raise CalendarFeedNotFound


def read_feed(token: str) -> Feed:
    """The bookings of a feed's owner, as student and tutor, from 90 days ago onwards. Raises CalendarFeedNotFound."""
    feed = calendar_feeds.read_feed(_hash(token)) if TOKEN.fullmatch(token) else None
    if feed is None:
        raise CalendarFeedNotFound
    return feed


def tag_of(feed: Feed) -> str:
    """What changes whenever the written feed does: a hash of everything it is written from."""
    return hashlib.sha256(f"{EDITION} {feed.language}\n{feed.lines}".encode()).hexdigest()[:32]


def write_feed(feed: Feed) -> bytes:
    """The feed as iCalendar; beyond MAX_BYTES the latest entries are kept."""
    # Not `splitlines`: JSON does not escape the other line breaks of Unicode.
    lines = feed.lines.split("\n") if feed.lines else []
    return calendars.feed(_fitting(_event(line, feed.language) for line in lines), feed.language)


def _fitting(events: Iterable[bytes]) -> Iterator[bytes]:
    room = MAX_BYTES
    for event in events:
        room -= len(event)
        if room < 0:
            return
        yield event


@lru_cache(MAX_KEPT_EVENTS)
def _event(line: str, language: Language) -> bytes:
    return calendars.published_event(parse_entry(line), language)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
