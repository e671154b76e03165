"""Which time is free: what is listed is what can be booked, and what cannot be has a true reason."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.availability.domain.intervals import merge
from functions.availability.domain.recurrence import Override, Rules, WeeklyHours
from functions.availability.domain.wall_clock import DAY
from shared.domain.free_time import Calendar, Reason, Span, Terms

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
NOW = datetime(2027, 3, 20, 12, 0, tzinfo=UTC)
TERMS = Terms(
    tutor_id=1,
    user_id=UUID(int=1),
    time_zone="Europe/Warsaw",
    session_lengths=[60],
    slot_step=30,
    buffer_before=0,
    buffer_after=0,
    minimum_notice=60,
    booking_window=60,
    max_per_day=None,
    max_per_week=None,
    confirmation="automatic",
    cancellation_notice=12,
    meeting_url=None,
    group_seats=5,
    group_price=None,
    price=60,
    location="",
    online_sessions=True,
    in_person_sessions=False,
    individual_sessions=True,
    group_sessions=False,
    is_complete=True,
)


def span(start: datetime, minutes: float) -> Span:
    return Span(start, start + timedelta(minutes=minutes))


def calendar(
    *offered: Span,
    terms: Terms = TERMS,
    explicit: list[Span] | None = None,
    sessions: list[Span] | None = None,
    now: datetime = NOW,
) -> Calendar:
    """As the database makes it: spans merged and sorted, sessions with their buffers busy."""
    return Calendar(
        now=now,
        terms=terms,
        offered=merge([*offered, *(explicit or [])]),
        explicit=merge(explicit or []),
        busy=merge(terms.busy(each) for each in sessions or []),
        sessions=[each.starts_at for each in sessions or []],
        beginnings=sorted(each.starts_at for each in [*offered, *(explicit or [])]),
    )


def starts(found: Calendar, window: Span, length: int = 60) -> list[str]:
    return [f"{slot.starts_at:%d %H:%M}" for slot in found.free_slots(length, window)]


ALWAYS = span(NOW - 30 * DAY, 200 * 1440)
ANY_DAY = span(NOW, 62 * 1440)


@pytest.mark.parametrize(("seconds", "reason"), [(-1, "too_short_notice"), (0, None), (1, None)])
def test_notice_is_kept_to_the_second(seconds: int, reason: Reason | None) -> None:
    wanted = span(NOW + 60 * MINUTE + seconds * SECOND, 60)
    assert calendar(ALWAYS).why_not(wanted) == reason


@pytest.mark.parametrize(("seconds", "reason"), [(-1, "in_the_past"), (0, "too_short_notice")])
def test_what_has_begun_is_called_past(seconds: int, reason: Reason) -> None:
    assert calendar(ALWAYS).why_not(span(NOW + seconds * SECOND, 60)) == reason


@pytest.mark.parametrize(("seconds", "reason"), [(-1, None), (0, None), (1, "beyond_window")])
def test_the_window_of_rules_ends_to_the_second(seconds: int, reason: Reason | None) -> None:
    wanted = span(NOW + 60 * DAY + seconds * SECOND, 60)
    assert calendar(ALWAYS).why_not(wanted) == reason
    # What was entered by hand is not bound by it, but for what rules add to it.
    assert calendar(explicit=[ALWAYS]).why_not(wanted) is None
    assert calendar(ALWAYS, explicit=[span(wanted.starts_at, 59)]).why_not(wanted) == reason


@pytest.mark.parametrize(("edge", "reason"), [(-1, "not_offered"), (0, None), (1, None)])
def test_an_offer_holds_a_session_to_the_second(edge: int, reason: Reason | None) -> None:
    start = NOW + DAY
    assert calendar(span(start, 90)).why_not(span(start + edge * SECOND, 60)) == reason
    assert calendar(span(start, 90)).why_not(span(start + 30 * MINUTE - edge * SECOND, 60)) == reason


@pytest.mark.parametrize(("edge", "reason"), [(-1, "taken"), (0, None), (1, None)])
def test_buffers_of_both_sessions_lie_between_them(edge: int, reason: Reason | None) -> None:
    terms = replace(TERMS, buffer_before=10, buffer_after=5)
    there = span(NOW + DAY, 60)
    found = calendar(ALWAYS, terms=terms, sessions=[there])
    assert found.why_not(span(there.ends_at + 15 * MINUTE + edge * SECOND, 60)) == reason
    assert found.why_not(span(there.starts_at - 75 * MINUTE - edge * SECOND, 60)) == reason


def test_items_that_touch_are_one_offer() -> None:
    start = NOW + DAY
    found = calendar(span(start, 60), span(start + 60 * MINUTE, 60))
    assert found.why_not(span(start + 30 * MINUTE, 60)) is None
    assert starts(found, ANY_DAY) == ["21 12:00", "21 12:30", "21 13:00"]


def test_days_and_weeks_are_the_tutor_s_own() -> None:
    """A session at 23:30 UTC on Sunday is on Monday in Warsaw: another day and another week."""
    sunday = datetime(2027, 4, 4, tzinfo=UTC)
    late = span(sunday + timedelta(hours=23, minutes=30), 30)
    same_day, day_before = span(sunday + timedelta(hours=35), 60), span(sunday + timedelta(hours=11), 60)
    a_day = calendar(ALWAYS, terms=replace(TERMS, max_per_day=1), sessions=[late])
    assert (a_day.why_not(same_day), a_day.why_not(day_before)) == ("day_full", None)
    a_week = calendar(ALWAYS, terms=replace(TERMS, max_per_week=1), sessions=[late])
    assert (a_week.why_not(same_day), a_week.why_not(day_before)) == ("week_full", None)
    assert a_week.why_not(span(sunday + 7 * DAY, 60)) == "week_full"
    assert a_week.why_not(span(sunday + 8 * DAY, 60)) is None


def test_a_year_s_end_does_not_split_a_week() -> None:
    terms = replace(TERMS, max_per_week=1, booking_window=365)
    found = calendar(span(NOW, 400 * 1440), terms=terms, sessions=[span(datetime(2027, 12, 31, 12, tzinfo=UTC), 60)])
    assert found.why_not(span(datetime(2028, 1, 2, 12, tzinfo=UTC), 60)) == "week_full"
    assert found.why_not(span(datetime(2028, 1, 3, 12, tzinfo=UTC), 60)) is None


def test_each_item_starts_its_own_count_of_slots() -> None:
    start = NOW + DAY
    found = calendar(span(start, 45), span(start + 45 * MINUTE, 75), span(start + 180 * MINUTE, 60))
    expected = ["21 12:00", "21 12:30", "21 12:45", "21 13:15", "21 15:00"]
    assert starts(found, ANY_DAY, 45) == [*expected[:4], "21 15:00"]


def test_the_slots_of_a_day_do_not_depend_on_the_window() -> None:
    days = [span(NOW + number * DAY, 1440) for number in range(6)]
    found = calendar(*days, terms=replace(TERMS, slot_step=50))
    for day in days[1:5]:
        alone = list(found.free_slots(60, Span(day.starts_at + 7 * MINUTE, day.ends_at)))
        among = [slot for slot in found.free_slots(60, ANY_DAY) if Span(day.starts_at + MINUTE, day.ends_at) > day]
        assert alone == [
            slot for slot in among if slot.starts_at >= day.starts_at + 7 * MINUTE and slot.ends_at <= day.ends_at
        ]


def test_no_slot_leaves_the_window() -> None:
    window = Span(NOW + DAY + 10 * MINUTE, NOW + DAY + 150 * MINUTE)
    assert starts(calendar(span(NOW + DAY, 600)), window) == ["21 12:30", "21 13:00", "21 13:30"]


# Random calendars against the plainest rule one can write

ZONES = ("Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu")
# Around the clock changes of two years, in one of the zones or another, and any day.
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
    """A calendar of rules, overrides, terms and sessions; its explicit items, its sessions and a window."""
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
    """Everything that speaks against a slot, each rule by itself and five minutes by five minutes."""
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
    """Everything here begins and ends at whole five minutes."""
    return [each.starts_at + number * 5 * MINUTE for number in range((each.ends_at - each.starts_at) // (5 * MINUTE))]


@pytest.mark.parametrize("examples", [150, pytest.param(3_000, marks=pytest.mark.proof)])
def test_what_is_listed_can_be_booked_and_what_is_not_has_a_true_reason(examples: int) -> None:
    seen = set()

    @settings(max_examples=examples, deadline=None, database=None, derandomize=examples < 1_000)
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


@settings(max_examples=60, deadline=None)
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
