"""The search by free time and the booking rule agree on any calendar."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from functions.tutors.data import free_time_search, search
from functions.tutors.domain.filters import Filters
from functions.tutors.domain.free_time import FreeTime
from shared.domain.free_time import Calendar, Span, load_calendar
from shared.domain.platform_settings import local_zone
from shared.kit.db.pool import connection
from shared.kit.db.steps import take_steps
from tests.support.people import People, Person, insert, query
from tests.support.tutor_calendars import MINUTE, agree, offer, take

HOURS = 60
DAY = 24 * HOURS
WEEK = 7 * DAY
MOST_BUFFER = 15
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]

# Minutes from now; grids of five minutes make touching, overlapping and just fitting likely.
moments = st.integers(-60, 3 * WEEK // 5).map(lambda five: five * 5)
soon = st.integers(-30, 2 * DAY // 5).map(lambda five: five * 5)
lengths = st.sampled_from([15, 30, 45, 60, 90, 120, 240])
stretches = st.tuples(soon | moments, lengths | st.integers(5, 100).map(lambda five: five * 5))
terms = st.fixed_dictionaries(
    {
        "time_zone": st.sampled_from(["Europe/Warsaw", "America/New_York", "Pacific/Apia", "Asia/Kathmandu"]),
        "session_lengths": st.lists(lengths, min_size=1, max_size=3, unique=True),
        "slot_step": st.sampled_from([5, 15, 25, 30, 60, 240]),
        "buffer_before": st.sampled_from([0, 0, 5, 30, 240]),
        "buffer_after": st.sampled_from([0, 0, 10, 30, 240]),
        "minimum_notice": st.sampled_from([0] * 6 + [60, DAY, WEEK, 43_200]),
        "booking_window": st.sampled_from([1, 3, 10, 60, 60, 60, 60]),
        "max_per_day": st.sampled_from([None, None, 1, 2]),
        "max_per_week": st.sampled_from([None, None, 1, 3]),
    }
)
ANY_TIME = FreeTime(starts=0, ends=DAY, weekdays=frozenset(range(1, 8)), zone=local_zone(), days=30, length=None)
# Half of them have no limit at all, or too few would be found.
free_times = st.just(ANY_TIME) | st.builds(
    FreeTime,
    starts=st.just(0) | st.integers(0, 95).map(lambda quarter: quarter * 15),
    ends=st.just(DAY) | st.integers(1, 96).map(lambda quarter: quarter * 15),
    weekdays=st.just(ANY_TIME.weekdays) | st.frozensets(st.integers(1, 7), min_size=1),
    zone=st.just(ANY_TIME.zone),
    days=st.sampled_from([1, 2, 7, 14, 30]),
    length=st.none() | st.none() | lengths,
)


def apart(places: list[tuple[int, int]], by: int = 0) -> list[tuple[int, int]]:
    """Return the intervals that are at least `by` minutes apart from all earlier ones."""
    kept: list[tuple[int, int]] = []
    for start, minutes in places:
        if all(start + minutes + by <= other or other + lasts + by <= start for other, lasts in kept):
            kept.append((start, minutes))
    return kept


def fits(calendar: Calendar, free_time: FreeTime, windows: list[Span]) -> bool:
    """Return whether the booking rule allows a slot."""
    offered = calendar.terms.session_lengths
    length = free_time.length or offered[0]
    if length not in offered:
        return False
    return any(True for window in windows for _slot in calendar.free_slots(length, window))


@pytest.mark.parametrize("examples", [50, pytest.param(6_000, marks=pytest.mark.proof)])
@pytest.mark.parametrize("few", [0, 1_000], ids=["by order", "by time"])
def test_a_tutor_is_found_if_and_only_if_a_slot_can_be_booked(
    people: People, monkeypatch: pytest.MonkeyPatch, few: int, examples: int
) -> None:
    monkeypatch.setattr(free_time_search, "SELECTIVE_ITEMS", few)
    tutor = people.tutor()
    seen: Counter[bool] = Counter()

    @given(
        terms=terms,
        items=st.lists(st.tuples(stretches, st.booleans()), min_size=1, max_size=8),
        sessions=st.lists(st.tuples(stretches, st.sampled_from([0, MOST_BUFFER])), max_size=5),
        lessons=st.lists(stretches, max_size=2),
        free_time=free_times,
        seconds=st.sampled_from([0, 0, 17]),
    )
    # The few examples are the same in every run, or chance would decide whether both answers occur.
    @settings(max_examples=examples, derandomize=examples < 1_000, database=None, suppress_health_check=SLOW)
    def play(*, terms: Any, items: Any, sessions: Any, lessons: Any, free_time: FreeTime, seconds: int) -> None:
        for table in ("bookings", "tutoring_sessions", "schedule_items"):
            query(f"DELETE FROM {table}")
        now = datetime.now(UTC).replace(second=seconds, microsecond=0)
        agree(tutor, **terms)
        for start, minutes in apart([stretch for stretch, _is_explicit in items]):
            source = "explicit" if dict(items)[start, minutes] else "rule"
            offer(tutor, now + start * MINUTE, minutes, source)
        for start, minutes in apart([stretch for stretch, _buffer in sessions], by=2 * MOST_BUFFER):
            buffer = dict(sessions)[start, minutes]
            take(tutor, now + start * MINUTE, minutes, before=MOST_BUFFER - buffer, after=buffer)
        for start, minutes in apart(lessons):
            learn(tutor, now + start * MINUTE, minutes)
        compare(tutor, free_time, seen)

    play()
    assert min(seen[True], seen[False]) > examples // 50, seen


def compare(tutor: Person, free_time: FreeTime, seen: Counter[bool]) -> None:
    """Ask search and rule in quick succession, and compare their answers."""
    windows = free_time.windows(datetime.now(UTC))
    assume(windows)
    found = bool(take_steps(search.search(Filters(free_time=free_time))))
    with connection() as db:
        calendar = load_calendar(db, tutor.tutor_id, Span(windows[0].starts_at, windows[-1].ends_at))
    assert calendar is not None
    expected = fits(calendar, free_time, windows)
    if found != expected:
        # A slot may have become too late in between: then the rule agrees for a moment earlier.
        earlier = Calendar(**{**vars_of(calendar), "now": calendar.now - timedelta(seconds=2)})
        assert found == fits(earlier, free_time, free_time.windows(earlier.now)), (free_time, calendar)
    seen[found] += 1


def vars_of(calendar: Calendar) -> dict[str, Any]:
    return {name: getattr(calendar, name) for name in Calendar.__dataclass_fields__}


def learn(tutor: Person, starts_at: datetime, minutes: int) -> None:
    """Make the tutor a student of somebody else at this time."""
    ends_at = starts_at + minutes * MINUTE
    session = {"starts_at": starts_at, "ends_at": ends_at, "busy_from": starts_at, "busy_until": ends_at}
    session_id = insert("tutoring_sessions", {**session, "kind": "individual", "form": "online"})
    booking = {"session_id": session_id, "seats": 1, "seat": 1, "student_id": tutor.id, "state": "confirmed"}
    insert("bookings", {**booking, "starts_at": starts_at, "ends_at": ends_at, "price": 1, "currency": "PLN"})
