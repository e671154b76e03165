"""Local times and instants, above all on the days when the clocks change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.availability.domain.wall_clock import DAY, instant, local_intervals
from shared.domain.free_time import Span

WARSAW = ZoneInfo("Europe/Warsaw")
# Clocks that change in the north, in the south, by half an hour, at midnight, and never.
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Warsaw",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Santiago",
        "America/Havana",
        "Asia/Kathmandu",
    )
]
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
some_zone = st.sampled_from(ZONES)
some_day = st.dates(date(2026, 1, 1), date(2027, 12, 31))
some_minute = st.integers(0, 1440)


def occurs(day: date, minutes: int, zone: ZoneInfo) -> bool:
    """Return whether the clocks ever show this time; in spring they skip some."""
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == wall


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+00:00")


def at(day: date, clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return instant(day, int(hours) * 60 + int(minutes), WARSAW)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2027-03-22", "2027-03-22T08:00"),
        ("2027-03-29", "2027-03-29T07:00"),
        ("2027-10-25", "2027-10-25T07:00"),
        ("2027-11-01", "2027-11-01T08:00"),
    ],
)
def test_monday_at_nine_stays_at_nine_in_warsaw(day: str, expected: str) -> None:
    assert at(date.fromisoformat(day), "09:00") == utc(expected)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("00:00", "2027-03-27T23:00"),
        ("01:59", "2027-03-28T00:59"),
        ("02:00", "2027-03-28T01:00"),
        ("02:30", "2027-03-28T01:00"),
        ("02:59", "2027-03-28T01:00"),
        ("03:00", "2027-03-28T01:00"),
        ("24:00", "2027-03-28T22:00"),
    ],
)
def test_a_skipped_time_is_the_instant_of_the_change(clock: str, expected: str) -> None:
    assert at(SPRING, clock) == utc(expected)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("01:59", "2027-10-30T23:59"),
        ("02:00", "2027-10-31T00:00"),
        ("02:30", "2027-10-31T00:30"),
        ("03:00", "2027-10-31T02:00"),
        ("24:00", "2027-10-31T23:00"),
    ],
)
def test_a_repeated_time_is_its_first_occurrence(clock: str, expected: str) -> None:
    assert at(AUTUMN, clock) == utc(expected)


def test_skipped_times_do_not_occur() -> None:
    missing = [minute for minute in range(1440) if not occurs(SPRING, minute, WARSAW)]
    assert missing == list(range(120, 180))
    assert all(occurs(AUTUMN, minute, WARSAW) for minute in range(1440))


def test_days_are_contiguous_where_the_clocks_change_at_midnight() -> None:
    zone = ZoneInfo("America/Santiago")
    changes = [
        day
        for day in (date(2027, 1, 1) + DAY * number for number in range(365))
        if instant(day, 1440, zone) - instant(day, 0, zone) != DAY
    ]
    assert len(changes) == 2
    for day in changes:
        assert instant(day, 1440, zone) == instant(day + DAY, 0, zone)


@given(zone=some_zone, day=some_day, one=some_minute, other=some_minute)
def test_instants_increase_with_wall_clock_time(zone: ZoneInfo, day: date, one: int, other: int) -> None:
    first, second = sorted((one, other))
    assert instant(day, first, zone) <= instant(day, second, zone)
    if first < second and occurs(day, first, zone):
        assert instant(day, first, zone) < instant(day, second, zone)


@given(zone=some_zone, day=some_day, minute=st.integers(0, 1439))
def test_the_clocks_show_the_time_at_its_instant(zone: ZoneInfo, day: date, minute: int) -> None:
    shown = instant(day, minute, zone).astimezone(zone)
    asked = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    assert (shown.replace(tzinfo=None, fold=0) == asked) == occurs(day, minute, zone)
    if occurs(day, minute, zone):
        assert shown.fold == 0


@given(
    zone=some_zone,
    minutes=st.integers(0, 2 * 365 * 24 * 60),
    seconds=st.integers(1, 3 * 24 * 3600),
)
def test_local_intervals_cover_a_span_and_little_more(zone: ZoneInfo, minutes: int, seconds: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    span = Span(start, start + timedelta(seconds=seconds))
    intervals = local_intervals(span, zone)
    covered = [(instant(day, starts, zone), instant(day, ends, zone)) for day, starts, ends in intervals]
    assert covered[0][0] <= span.starts_at
    assert covered[-1][1] >= span.ends_at
    assert all(one[1] == other[0] for one, other in pairwise(covered))
    # Wall-clock time cannot distinguish the two passes of a repeated hour.
    assert span.starts_at - covered[0][0] < timedelta(minutes=61)
    assert covered[-1][1] - span.ends_at < timedelta(minutes=61)
