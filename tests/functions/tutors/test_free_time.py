"""Searching for tutors by one's own free hours."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.tutors.data import free_time_search
from functions.tutors.domain.free_time import FreeTime
from tests.support.people import People, Person, query
from tests.support.tutor_calendars import agree, offer, take, tomorrow
from tests.support.tutor_search import found, pages, search

ALL = frozenset(range(1, 8))
NOT_A_TIME = "Podaj godzinę w postaci GG:MM."
NOT_A_WEEKDAY = "Podaj dni tygodnia od 1 (poniedziałek) do 7 (niedziela)."
NOT_INTEGER = "Wymagana poprawna liczba całkowita."
WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture(params=[0, 1_000], ids=["by order", "by time"], autouse=True)
def _by_order_and_by_time(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test with both algorithms: whether a time is rare must not affect the answer."""
    monkeypatch.setattr(free_time_search, "SELECTIVE_ITEMS", request.param)


def at(hours: str, **more: object) -> str:
    """Return a query for hours in UTC on any day."""
    start, _, end = hours.partition("-")
    parameters = {"free_from": start, "free_to": end, "free_tz": "UTC", **more}
    return "&".join(f"{name}={value}" for name, value in parameters.items())


@pytest.fixture
def tutor(people: People) -> Person:
    """A tutor who is free tomorrow from 16 to 18, for an hour at a time."""
    tutor = people.tutor(first_name="Ola")
    offer(tutor, tomorrow(16), 120)
    return tutor


@pytest.mark.parametrize(
    ("hours", "is_found"),
    [
        ("16:00-18:00", True),
        ("16:00-17:00", True),
        ("15:00-17:00", True),
        ("17:00-23:59", True),
        ("00:00-24:00", True),
        ("16:15-17:15", False),
        ("16:15-17:30", True),
        ("16:00-16:59", False),
        ("15:00-16:30", False),
        ("17:30-20:00", False),
        ("18:00-20:00", False),
        ("10:00-12:00", False),
        ("17:00-02:00", True),
        ("22:00-15:00", False),
        ("22:00-17:00", True),
        ("17:00-17:00", True),
    ],
)
def test_a_session_must_fit_into_the_hours(tutor: Person, hours: str, is_found: bool) -> None:  # noqa: FBT001
    assert found(at(hours)) == ["Ola"] * is_found


def test_any_single_parameter_asks_for_free_time(people: People, tutor: Person) -> None:
    people.tutor(first_name="Zajęta")
    hour = f"{tomorrow(16).astimezone(WARSAW):%H:%M}"
    for asked in ("free_from=00:00", "free_to=24:00", "free_weekdays=1,2,3,4,5,6,7", "free_tz=UTC", "free_within=60"):
        assert found(asked) == ["Ola"], asked
    assert found("free_length=60") == ["Ola"]
    assert found(f"free_from={hour}") == ["Ola"]
    nothing = "free_from=&free_to=&free_weekdays=&free_tz=&free_within=&free_length="
    assert sorted(found(nothing)) == ["Ola", "Zajęta"]


def test_weekdays_are_in_the_searcher_s_zone(people: People) -> None:
    tutor = people.tutor(first_name="Ola")
    starts_at = tomorrow(23, days=3)
    offer(tutor, starts_at, 60)
    day = starts_at.isoweekday()
    next_day = day % 7 + 1
    cases = {
        f"free_weekdays={day}&free_tz=UTC": 1,
        f"free_weekdays={next_day}&free_tz=UTC": 0,
        f"free_weekdays={next_day}&free_tz=Asia/Tokyo": 1,
        f"free_weekdays={day}&free_tz=Asia/Tokyo": 0,
        f"free_weekdays={next_day},{day}&free_tz=UTC": 1,
        f"free_weekdays={next_day}&free_weekdays={day}&free_tz=UTC": 1,
        f"free_weekdays={day}&free_from=22:00&free_to=01:00&free_tz=UTC": 1,
        f"free_weekdays={next_day}&free_from=22:00&free_to=01:00&free_tz=UTC": 0,
    }
    assert {asked: len(found(asked)) for asked in cases} == cases


def test_only_the_next_days_count(people: People) -> None:
    for days in (2, 13, 15, 59, 61):
        offer(people.tutor(first_name=f"za {days}"), tomorrow(12, days=days), 60)
    for within, expected in (("1", 0), ("3", 1), ("", 2), ("20", 3), ("60", 4)):
        query("UPDATE booking_terms SET booking_window = 365")
        assert len(found(f"free_tz=UTC&free_within={within}")) == expected, within


def test_a_length_must_be_one_the_tutor_offers(people: People) -> None:
    short, long = people.tutor(first_name="Krótko"), people.tutor(first_name="Długo")
    agree(short, session_lengths=[30, 60])
    agree(long, session_lengths=[90, 60])
    for tutor in (short, long):
        offer(tutor, tomorrow(16), 90)
    cases = {"": 2, "&free_length=30": 1, "&free_length=60": 2, "&free_length=90": 1, "&free_length=45": 0}
    assert {more: len(found(at("16:00-17:30") + more)) for more in cases} == cases
    assert found(at("16:00-17:00")) == ["Krótko"]
    assert sorted(found(at("16:00-17:00", free_length=60))) == ["Długo", "Krótko"]


def test_taken_times_and_those_outside_notice_window_or_limits_are_not_free(people: People, tutor: Person) -> None:
    asked = at("16:00-18:00")
    take(tutor, tomorrow(16, 30), 60)
    assert found(asked) == []
    query("UPDATE tutoring_sessions SET taken = false")
    assert found(asked) == ["Ola"]
    take(tutor, tomorrow(18), 60, before=60)
    assert found(asked) == ["Ola"]
    agree(tutor, buffer_after=30)
    assert found(asked) == []
    agree(tutor, buffer_after=0)
    for terms, is_found in (
        ({"minimum_notice": 43_200}, False),
        ({"minimum_notice": 0, "booking_window": 1}, True),
        ({"max_per_day": 1}, False),
        ({"max_per_day": 2}, True),
        ({"max_per_week": 1}, False),
        ({"max_per_week": 2}, True),
    ):
        agree(tutor, **terms)
        assert bool(found(asked)) is is_found, terms
    query("UPDATE users SET confirmed_at = NULL WHERE id = %s", tutor.id)
    assert found(asked) == []


def test_the_booking_window_applies_to_rules_but_not_to_items_entered_by_hand(people: People) -> None:
    for source in ("rule", "explicit"):
        tutor = people.tutor(first_name=source)
        agree(tutor, booking_window=3)
        offer(tutor, tomorrow(16, days=6), 60, source)
    assert found(at("16:00-17:00")) == ["explicit"]


def test_free_time_combines_with_every_other_filter(people: People) -> None:
    for name, price, skill, place in (("Ola", 50, "Fizyka", "Łódź"), ("Iga", 90, "Fizyka", "Rzeszów")):
        tutor = people.tutor(first_name=name, tutor={"price": price, "skills": [skill], "location": place})
        offer(tutor, tomorrow(16), 60)
    people.tutor(first_name="Ewa", tutor={"price": 10, "skills": ["Fizyka"], "location": "Łódź"})
    asked = at("16:00-17:00")
    for more, names in (
        ("sorting_by_hourly_rate=asc", ["Ola", "Iga"]),
        ("sorting_by_hourly_rate=desc", ["Iga", "Ola"]),
        ("price__lte=60", ["Ola"]),
        ("skills=Fizyka&tutoring_location=rzesz", ["Iga"]),
        ("search_by_full_name=olla", ["Ola"]),
        ("skills=Chemia", []),
    ):
        assert found(f"{asked}&{more}") == names, more


@pytest.mark.parametrize("page_size", [1, 7, 24])
@pytest.mark.parametrize("order", ["", "sorting_by_hourly_rate=asc", "sorting_by_average_rating=desc"])
def test_pages_neither_lose_nor_repeat_a_tutor(people: People, page_size: int, order: str) -> None:
    free = []
    for number in range(24):
        tutor = people.tutor(tutor={"price": 1 + number % 5})
        if number % 3:
            offer(tutor, tomorrow(16), 60)
            free.append(tutor.tutor_id)
    read = pages(f"{at('16:00-17:00')}&page_size={page_size}&{order}")
    assert [len(page) for page in read[:-1]] == [page_size] * (len(read) - 1)
    assert sorted(tutor_id for page in read for tutor_id in page) == free


@pytest.mark.parametrize(
    ("parameters", "errors"),
    [
        ("free_from=x", {"free_from": [NOT_A_TIME]}),
        ("free_from=24:01&free_to=7:00", {"free_from": [NOT_A_TIME], "free_to": [NOT_A_TIME]}),
        ("free_to=%00", {"free_to": [NOT_A_TIME]}),
        ("free_to=16%3A00%0A1", {"free_to": [NOT_A_TIME]}),
        ("free_weekdays=0", {"free_weekdays": [NOT_A_WEEKDAY]}),
        ("free_weekdays=1,8", {"free_weekdays": [NOT_A_WEEKDAY]}),
        ("free_weekdays=1&free_weekdays=x", {"free_weekdays": [NOT_A_WEEKDAY]}),
        (
            "free_tz=Europe/Rzeszow",
            {"free_tz": ["Nieznana strefa czasowa. Podaj nazwę z bazy IANA, na przykład Europe/Warsaw."]},
        ),
        ("free_within=0", {"free_within": ["Upewnij się, że ta wartość jest większa lub równa 1."]}),
        ("free_within=61", {"free_within": ["Upewnij się, że ta wartość jest mniejsza lub równa 60."]}),
        ("free_within=x&free_length=x", {"free_within": [NOT_INTEGER], "free_length": [NOT_INTEGER]}),
        ("free_length=14", {"free_length": ["Upewnij się, że ta wartość jest większa lub równa 15."]}),
        ("free_length=481", {"free_length": ["Upewnij się, że ta wartość jest mniejsza lub równa 480."]}),
        ("free_from=x&price__gte=x", {"free_from": [NOT_A_TIME], "price__gte": ["Wpisz liczbę."]}),
    ],
)
def test_invalid_free_time_is_refused(platform: None, parameters: str, errors: Any) -> None:
    answer = search(parameters)
    assert (answer.status, answer.json) == (400, errors)


@pytest.mark.parametrize(
    "zone", ["../../etc/passwd", "/etc/localtime", "posix/Poland", "%00", "x" * 5_000, "localtime"]
)
def test_a_zone_must_be_an_iana_name(platform: None, zone: str) -> None:
    assert search(f"free_tz={zone}").status == 400


@pytest.mark.parametrize("asked", ["free_within=1&free_weekdays=", "free_from=03:00&free_to=03:01"])
def test_no_tutor_is_found_where_no_session_fits(tutor: Person, asked: str) -> None:
    weekday = (datetime.now(UTC) + timedelta(days=4)).isoweekday()
    assert found(f"{asked}{weekday}" if asked.endswith("=") else asked) == []


def test_windows_follow_the_wall_clock_when_the_clocks_change() -> None:
    def windows(now: datetime, start: int, end: int) -> list[tuple[str, str]]:
        asked = FreeTime(start * 60, end * 60, ALL, WARSAW, 2, None)
        return [(f"{each.starts_at:%d %H:%M}", f"{each.ends_at:%d %H:%M}") for each in asked.windows(now)]

    autumn, spring = datetime(2034, 10, 28, 6, tzinfo=UTC), datetime(2034, 3, 25, 6, tzinfo=UTC)
    assert windows(autumn, 1, 4) == [("28 23:00", "29 03:00"), ("30 00:00", "30 03:00")]
    assert windows(spring, 1, 4) == [("26 00:00", "26 02:00"), ("26 23:00", "27 02:00")]
    # Repeated and skipped times make a window narrower.
    assert windows(autumn, 2, 4)[0] == ("29 01:00", "29 03:00")
    assert windows(autumn, 1, 2)[0] == ("28 23:00", "29 00:00")
    assert windows(spring, 2, 4)[0] == ("26 01:00", "26 02:00")


ZONES = st.sampled_from(["Europe/Warsaw", "UTC", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]).map(
    ZoneInfo
)


@given(
    now=st.timedeltas(timedelta(), timedelta(days=40 * 365)).map(datetime(2000, 1, 1, tzinfo=UTC).__add__),
    asked=st.builds(
        FreeTime,
        starts=st.integers(0, 1439),
        ends=st.integers(0, 1440),
        weekdays=st.frozensets(st.integers(1, 7), min_size=1),
        zone=ZONES,
        days=st.integers(1, 60),
        length=st.none(),
    ),
)
@settings(max_examples=200)
def test_windows_are_sorted_disjoint_and_in_wall_clock_time(now: datetime, asked: FreeTime) -> None:
    windows = asked.windows(now)
    assert all(one.ends_at < other.starts_at for one, other in pairwise(windows))
    for window in windows:
        assert now <= window.starts_at < window.ends_at <= now + timedelta(days=asked.days)
        for moment in (window.starts_at, window.ends_at - timedelta(microseconds=1)):
            assert _is_asked_for(moment.astimezone(asked.zone), asked), (window, moment)


def _is_asked_for(local: datetime, asked: FreeTime) -> bool:
    minutes = local.hour * 60 + local.minute
    past_midnight = asked.ends <= asked.starts
    today = asked.starts <= minutes and (past_midnight or minutes < asked.ends)
    yesterday = past_midnight and minutes < asked.ends
    return (today and local.isoweekday() in asked.weekdays) or (
        yesterday and (local.isoweekday() - 2) % 7 + 1 in asked.weekdays
    )
