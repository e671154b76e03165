"""For any calendar: listed slots are free, and other times are refused for a true reason."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.availability.domain.intervals import merge
from functions.availability.domain.recurrence import Override, Rules, WeeklyHours
from functions.availability.domain.wall_clock import DAY
from shared.domain.free_time import Calendar, Span
from tests.layers.domain.test_free_time import MINUTE, TERMS, calendar, span

ZONES = ("Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu")


# Days around the clock changes of two years in several zones, and any other day.
CHANGES = [
    date(year, month, day)
    for year in (2026, 2027)
    for month, day in ((3, 8), (3, 14), (3, 28), (4, 4), (9, 5), (10, 3), (10, 25), (10, 31), (11, 1), (11, 7))
]


KINDS: tuple[Literal["extra", "off"], ...] = ("extra", "off")


some_kind = st.sampled_from(KINDS)


some_minutes = st.tuples(st.integers(0, 287), st.integers(1, 288)).filter(lambda pair: pair[0] < pair[1])


some_hours = st.tuples(st.integers(1, 7), some_minutes).map(
    lambda pair: WeeklyHours(pair[0], pair[1][0] * 5, pair[1][1] * 5)
)


@st.composite
def some_calendar(draw: st.DrawFn) -> tuple[Calendar, list[Span], list[Span], Span]:
    """Draw a calendar of rules, overrides, terms and sessions, with its explicit items, its sessions and a window."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    first = draw(st.sampled_from(CHANGES) | st.dates(date(2026, 1, 1), date(2027, 12, 1))) - 2 * DAY
    midnight = datetime(first.year, first.month, first.day, tzinfo=UTC)
    overrides = [
        Override(kind, day := first + DAY * place, day, starts * 5, ends * 5)
        for kind, place, (starts, ends) in draw(
            st.lists(st.tuples(some_kind, st.integers(0, 5), some_minutes), max_size=3)
        )
    ]
    rules = Rules(zone, draw(st.lists(some_hours, max_size=6)), overrides)
    explicit = merge(draw_spans(draw, midnight, 2))
    terms = replace(
        TERMS,
        time_zone=zone.key,
        slot_step=draw(st.sampled_from((15, 30, 45, 50, 60))),
        buffer_before=draw(st.sampled_from((0, 5, 30))),
        buffer_after=draw(st.sampled_from((0, 10, 45))),
        minimum_notice=draw(st.sampled_from((0, 60, 600))),
        booking_window=draw(st.sampled_from((1, 2, 60))),
        max_per_day=draw(st.sampled_from((None, 1, 2))),
        max_per_week=draw(st.sampled_from((None, 1, 3))),
    )
    sessions: list[Span] = []
    for each in sorted(draw_spans(draw, midnight, 4, longest=120)):
        busy = terms.busy(each)
        if not any(busy.starts_at < terms.busy(other).ends_at for other in sessions):
            sessions.append(each)
    now = midnight + timedelta(seconds=draw(st.integers(-86_400, 3 * 86_400)))
    found = calendar(*rules.offered(first, first + 5 * DAY), terms=terms, explicit=explicit, sessions=sessions, now=now)
    begin = midnight + draw(st.integers(-600, 4 * 1440)) * MINUTE
    return found, explicit, sessions, span(begin, draw(st.sampled_from((300, 1440, 4 * 1440))))


def draw_spans(draw: st.DrawFn, midnight: datetime, count: int, longest: int = 600) -> list[Span]:
    lengths = st.integers(3, longest // 5).map(lambda number: number * 5)
    pairs = draw(st.lists(st.tuples(st.integers(0, 5 * 288), lengths), max_size=count))
    return [span(midnight + start * 5 * MINUTE, length) for start, length in pairs]


def reasons(found: Calendar, explicit: list[Span], sessions: list[Span], wanted: Span) -> set[str]:
    """Return every reason against a slot, each rule checked separately in steps of five minutes."""
    terms, zone = found.terms, found.terms.zone
    against = set()
    if wanted.starts_at < found.now:
        against.add("in_the_past")
    if (wanted.starts_at - found.now) < timedelta(minutes=terms.minimum_notice):
        against.add("too_short_notice")
    if not all(any(holds(each, moment) for each in found.offered) for moment in fives(wanted)):
        against.add("not_offered")
    by_hand = all(any(holds(each, moment) for each in explicit) for moment in fives(wanted))
    if not by_hand and (wanted.starts_at - found.now) > timedelta(days=terms.booking_window):
        against.add("beyond_window")
    if any(holds(terms.busy(each), moment) for each in sessions for moment in fives(terms.busy(wanted))):
        against.add("taken")
    local = wanted.starts_at.astimezone(zone).date()
    days = [each.starts_at.astimezone(zone).date() for each in sessions]
    monday = local - DAY * local.weekday()
    if terms.max_per_day is not None and days.count(local) >= terms.max_per_day:
        against.add("day_full")
    if terms.max_per_week is not None and sum(monday <= day < monday + 7 * DAY for day in days) >= terms.max_per_week:
        against.add("week_full")
    return against


def holds(each: Span, moment: datetime) -> bool:
    return each.starts_at <= moment < each.ends_at


def fives(each: Span) -> list[datetime]:
    """Return the span in steps of five minutes; all times here are multiples of them."""
    return [each.starts_at + number * 5 * MINUTE for number in range((each.ends_at - each.starts_at) // (5 * MINUTE))]


@pytest.mark.parametrize("examples", [150, pytest.param(3_000, marks=pytest.mark.proof)])
def test_listed_slots_can_be_booked_and_other_times_have_a_true_reason(examples: int) -> None:
    seen = set()

    @settings(max_examples=examples, database=None, derandomize=examples < 1_000)
    @given(some_calendar(), st.sampled_from((30, 60, 90)))
    def play(drawn: tuple[Calendar, list[Span], list[Span], Span], length: int) -> None:
        found, explicit, sessions, window = drawn
        listed = list(found.free_slots(length, window))
        assert all(one < other for one, other in pairwise(listed))
        for slot in listed:
            assert found.why_not(slot) is None
            assert reasons(found, explicit, sessions, slot) == set()
            assert window.starts_at <= slot.starts_at < slot.ends_at <= window.ends_at
        for begin in found.beginnings:
            for step in range(-2, 30):
                slot = span(begin + step * found.terms.slot_step * MINUTE, length)
                why = found.why_not(slot)
                seen.add(why)
                against = reasons(found, explicit, sessions, slot)
                assert why in against if against else why is None, (why, against)

    play()
    assert seen == {
        None,
        "in_the_past",
        "too_short_notice",
        "beyond_window",
        "not_offered",
        "taken",
        "day_full",
        "week_full",
    }


@settings(max_examples=60)
@given(some_calendar(), st.sampled_from((30, 60)))
def test_no_bookable_step_of_an_item_is_left_out(
    drawn: tuple[Calendar, list[Span], list[Span], Span], length: int
) -> None:
    found, _explicit, _sessions, window = drawn
    step = found.terms.slot_step * MINUTE
    expected = set()
    for begin, following in pairwise([*found.beginnings, datetime.max.replace(tzinfo=UTC)]):
        start = begin
        while start < min(following, begin + 2 * DAY):
            slot = span(start, length)
            inside = window.starts_at <= slot.starts_at and slot.ends_at <= window.ends_at
            if inside and found.why_not(slot) is None:
                expected.add(slot)
            start += step
    assert set(found.free_slots(length, window)) == expected
