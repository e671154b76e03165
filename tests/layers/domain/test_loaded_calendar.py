"""Which sessions of a tutor are loaded: those that may conflict, and with limits also those that count."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.free_time import Calendar, Span, load_calendar
from shared.kit.db.pool import connection
from tests.support.availability_client import session
from tests.support.people import People, Person, insert, query

# A Monday; the week ends six days later.
MONDAY = datetime(2035, 1, 8, 10, tzinfo=UTC)
WANTED = Span(MONDAY, MONDAY + timedelta(hours=1))


@pytest.fixture
def tutor(people: People) -> Person:
    """A tutor with a session on the Sunday of the same week."""
    tutor = people.tutor()
    insert("schedule_items", {"tutor_id": tutor.tutor_id, "starts_at": WANTED.starts_at, "ends_at": WANTED.ends_at})
    session(tutor, MONDAY + timedelta(days=6))
    return tutor


def loaded(tutor: Person) -> Calendar:
    assert tutor.tutor_id is not None
    with connection() as db:
        found = load_calendar(db, tutor.tutor_id, WANTED)
    assert found is not None
    return found


def test_without_limits_sessions_of_other_days_are_left_out(tutor: Person) -> None:
    calendar = loaded(tutor)
    assert (calendar.busy, calendar.sessions, calendar.why_not(WANTED)) == ([], [], None)


@pytest.mark.parametrize(("limit", "reason"), [("max_per_week", "week_full"), ("max_per_day", None)])
def test_with_limits_sessions_of_other_days_are_loaded(tutor: Person, limit: str, reason: str | None) -> None:
    query(f"UPDATE booking_terms SET {limit} = 1 WHERE tutor_id = %s", tutor.tutor_id)
    calendar = loaded(tutor)
    assert calendar.sessions == [MONDAY + timedelta(days=6)]
    assert calendar.why_not(WANTED) == reason


def test_sessions_within_reach_of_the_longest_buffers_are_loaded(tutor: Person) -> None:
    ends_at = MONDAY - timedelta(minutes=30)
    session(tutor, ends_at - timedelta(hours=1), busy_until=ends_at + timedelta(minutes=240))
    session(tutor, MONDAY + timedelta(hours=5), busy_from=MONDAY + timedelta(hours=4))
    query("UPDATE booking_terms SET buffer_after = 240 WHERE tutor_id = %s", tutor.tutor_id)
    calendar = loaded(tutor)
    assert len(calendar.sessions) == 2
    assert calendar.why_not(WANTED) == "taken"
    query("DELETE FROM tutoring_sessions WHERE starts_at < %s", MONDAY)
    assert loaded(tutor).why_not(WANTED) == "taken"
    query("UPDATE booking_terms SET buffer_after = 180 WHERE tutor_id = %s", tutor.tutor_id)
    assert loaded(tutor).why_not(WANTED) is None
