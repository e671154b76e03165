"""Which times rules offer on which days."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.availability.domain.recurrence import Override, Rules, WeeklyHours
from functions.availability.domain.wall_clock import DAY, instant
from shared.domain.free_time import Span
from tests.functions.availability.test_wall_clock import AUTUMN, SPRING, WARSAW, ZONES, utc

MONDAY = date(2027, 3, 22)
MINUTE = timedelta(minutes=1)


def spans(*texts: str) -> list[Span]:
    return [Span(*map(utc, text.split("/"))) for text in texts]


def offered(
    day: date, *, weekly: list[WeeklyHours] | None = None, overrides: list[Override] | None = None
) -> list[Span]:
    return list(Rules(WARSAW, weekly or [], overrides or []).offered_on(day))


def every_day(starts: int, ends: int) -> list[WeeklyHours]:
    return [WeeklyHours(weekday, starts, ends) for weekday in range(1, 8)]


def test_weekly_hours_keep_their_wall_clock_time() -> None:
    rules = Rules(WARSAW, [WeeklyHours(1, 540, 1020)], [])
    assert list(rules.offered(date(2027, 3, 16), date(2027, 3, 31))) == spans(
        "2027-03-22T08:00/2027-03-22T16:00", "2027-03-29T07:00/2027-03-29T15:00"
    )
    assert list(rules.offered(date(2027, 10, 25), date(2027, 11, 1))) == spans(
        "2027-10-25T07:00/2027-10-25T15:00", "2027-11-01T08:00/2027-11-01T16:00"
    )


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (60, 150, ["2027-03-28T00:00/2027-03-28T01:00"]),
        (60, 240, ["2027-03-28T00:00/2027-03-28T02:00"]),
        (120, 150, []),
        (150, 180, []),
        (120, 300, ["2027-03-28T01:00/2027-03-28T03:00"]),
        (179, 300, ["2027-03-28T01:00/2027-03-28T03:00"]),
        (120, 600, ["2027-03-28T01:00/2027-03-28T08:00"]),
        (150, 1440, ["2027-03-28T01:00/2027-03-28T22:00"]),
        (180, 240, ["2027-03-28T01:00/2027-03-28T02:00"]),
        (0, 1440, ["2027-03-27T23:00/2027-03-28T22:00"]),
    ],
)
def test_hours_that_start_in_the_skipped_hour_offer_the_remaining_time(
    starts: int, ends: int, expected: list[str]
) -> None:
    assert offered(SPRING, weekly=every_day(starts, ends)) == spans(*expected)
    extra = Override("extra", SPRING, SPRING, starts, ends)
    assert offered(SPRING, overrides=[extra]) == spans(*expected)


def test_a_day_whose_midnight_is_skipped_keeps_its_other_23_hours() -> None:
    sunday, zone = date(2027, 3, 14), ZoneInfo("America/Havana")
    expected = spans("2027-03-14T05:00/2027-03-15T04:00")
    extra = Override("extra", sunday, sunday, 0, 1440)
    assert list(Rules(zone, every_day(0, 1440), []).offered_on(sunday)) == expected
    assert list(Rules(zone, [], [extra]).offered_on(sunday)) == expected
    off = Override("off", sunday, sunday, 30, 120)
    assert list(Rules(zone, [], [extra, off]).offered_on(sunday)) == spans("2027-03-14T06:00/2027-03-15T04:00")


def test_in_autumn_no_two_spans_share_an_instant() -> None:
    week = [WeeklyHours(7, 60, 120), WeeklyHours(7, 120, 150), WeeklyHours(7, 165, 180), WeeklyHours(7, 195, 240)]
    assert offered(AUTUMN, weekly=week) == spans(
        "2027-10-30T23:00/2027-10-31T00:30",
        "2027-10-31T00:45/2027-10-31T02:00",
        "2027-10-31T02:15/2027-10-31T03:00",
    )


def test_off_applies_while_the_clocks_change_too() -> None:
    whole, night = every_day(0, 1440), Override("off", SPRING, SPRING, 0, 150)
    assert offered(SPRING, weekly=whole, overrides=[night]) == spans("2027-03-28T01:00/2027-03-28T22:00")
    morning = Override("off", SPRING, SPRING, 150, 600)
    assert offered(SPRING, weekly=whole, overrides=[morning]) == spans(
        "2027-03-27T23:00/2027-03-28T01:00", "2027-03-28T08:00/2027-03-28T22:00"
    )
    twice = Override("off", AUTUMN, AUTUMN, 120, 180)
    assert offered(AUTUMN, weekly=whole, overrides=[twice]) == spans(
        "2027-10-30T22:00/2027-10-31T00:00", "2027-10-31T02:00/2027-10-31T23:00"
    )


def test_extra_hours_are_merged_and_off_takes_precedence() -> None:
    week = [WeeklyHours(1, 540, 720)]
    extra = [Override("extra", MONDAY, MONDAY, 660, 780), Override("extra", MONDAY, MONDAY, 900, 960)]
    off = Override("off", MONDAY - DAY, MONDAY, 600, 615)
    assert offered(MONDAY, weekly=week, overrides=[off, *extra]) == spans(
        "2027-03-22T08:00/2027-03-22T09:00", "2027-03-22T09:15/2027-03-22T12:00", "2027-03-22T14:00/2027-03-22T15:00"
    )


def test_a_vacation_has_a_first_and_a_last_day() -> None:
    vacation = Override("off", MONDAY, MONDAY + 2 * DAY, 0, 1440)
    rules = Rules(WARSAW, every_day(600, 660), [vacation])
    days = [span.starts_at.date() for span in rules.offered(MONDAY - DAY, MONDAY + 4 * DAY)]
    assert days == [MONDAY - DAY, MONDAY + 3 * DAY, MONDAY + 4 * DAY]


some_minutes = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda pair: pair[0] < pair[1])
some_week = st.lists(st.builds(lambda day, pair: WeeklyHours(day, *pair), st.integers(1, 7), some_minutes), max_size=10)


@st.composite
def some_overrides(draw: st.DrawFn) -> list[Override]:
    found = []
    for _ in range(draw(st.integers(0, 6))):
        first = draw(st.dates(date(2027, 1, 1), date(2027, 12, 31)))
        last = first + DAY * draw(st.integers(0, 20))
        found.append(Override(draw(st.sampled_from(("extra", "off"))), first, last, *draw(some_minutes)))
    return found


# Two days before the clocks change in one of the zones, or any day.
CHANGES = [date(2027, month, day) for month, day in ((3, 12), (3, 26), (4, 2), (9, 3), (10, 1), (10, 29), (11, 5))]
some_day = st.sampled_from(CHANGES) | st.dates(date(2027, 1, 1), date(2027, 12, 1))


@given(zone=st.sampled_from(ZONES), week=some_week, overrides=some_overrides(), first=some_day)
def test_offered_time_matches_the_rules_minute_by_minute(
    zone: ZoneInfo, week: list[WeeklyHours], overrides: list[Override], first: date
) -> None:
    last = first + 3 * DAY
    found = list(Rules(zone, week, overrides).offered(first, last))
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(found))
    shown = {moment for span in found for moment in minutes(span)}
    expected: set[datetime] = set()
    for day in (first + DAY * number for number in range(4)):
        today = [each for each in overrides if each.first_day <= day <= each.last_day]
        hours = [(each.starts, each.ends) for each in week if each.weekday == day.isoweekday()]
        hours += [(each.starts, each.ends) for each in today if each.kind == "extra"]
        expected |= {moment for each in hours for moment in held(each, day, zone)}
        for each in today:
            if each.kind == "off":
                expected -= set(held((each.starts, each.ends), day, zone))
    assert shown == expected


def held(hours: tuple[int, int], day: date, zone: ZoneInfo) -> list[datetime]:
    """Return the minutes from when the clocks first show the start until they first show the end."""
    return minutes(Span(*(instant(day, each, zone) for each in hours)))


def minutes(span: Span) -> list[datetime]:
    return [span.starts_at + number * MINUTE for number in range((span.ends_at - span.starts_at) // MINUTE)]
