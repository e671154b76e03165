"""Tutors' schedules, terms and sessions for the search by free time, inserted directly into the database."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.people import Person, insert, query

MINUTE = timedelta(minutes=1)


def tomorrow(hour: int = 0, minute: int = 0, *, days: int = 1) -> datetime:
    """A time on a coming day, in UTC."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days, hours=hour, minutes=minute)


def offer(tutor: Person, starts_at: datetime, minutes: int, source: str = "explicit") -> None:
    row = {"starts_at": starts_at, "ends_at": starts_at + minutes * MINUTE, "source": source}
    insert("schedule_items", {"tutor_id": tutor.tutor_id, **row})


def take(tutor: Person, starts_at: datetime, minutes: int, *, before: int = 0, after: int = 0) -> None:
    """Add a session with its buffers."""
    ends_at = starts_at + minutes * MINUTE
    busy = {"busy_from": starts_at - before * MINUTE, "busy_until": ends_at + after * MINUTE}
    row = {"starts_at": starts_at, "ends_at": ends_at, **busy, "kind": "individual", "form": "online"}
    insert("tutoring_sessions", {"tutor_id": tutor.tutor_id, **row})


def agree(tutor: Person, **terms: Any) -> None:
    """Change a tutor's terms."""
    places = ", ".join(f"{name} = %s" for name in terms)
    query(f"UPDATE booking_terms SET {places} WHERE tutor_id = %s", *terms.values(), tutor.tutor_id)
