"""Free time: listed slots can be booked, and other times are refused for a true reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from functions.availability.domain.intervals import merge
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
    """Return a calendar as loaded from the database: spans merged and sorted, sessions busy with their buffers."""
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
def test_notice_applies_to_the_second(seconds: int, reason: Reason | None) -> None:
    wanted = span(NOW + 60 * MINUTE + seconds * SECOND, 60)
    assert calendar(ALWAYS).why_not(wanted) == reason


@pytest.mark.parametrize(("seconds", "reason"), [(-1, "in_the_past"), (0, "too_short_notice")])
def test_a_time_that_has_started_is_in_the_past(seconds: int, reason: Reason) -> None:
    assert calendar(ALWAYS).why_not(span(NOW + seconds * SECOND, 60)) == reason


@pytest.mark.parametrize(("seconds", "reason"), [(-1, None), (0, None), (1, "beyond_window")])
def test_the_booking_window_of_rules_ends_to_the_second(seconds: int, reason: Reason | None) -> None:
    wanted = span(NOW + 60 * DAY + seconds * SECOND, 60)
    assert calendar(ALWAYS).why_not(wanted) == reason
    # Items entered by hand are not subject to it, except for time that rules add to them.
    assert calendar(explicit=[ALWAYS]).why_not(wanted) is None
    assert calendar(ALWAYS, explicit=[span(wanted.starts_at, 59)]).why_not(wanted) == reason


@pytest.mark.parametrize(("edge", "reason"), [(-1, "not_offered"), (0, None), (1, None)])
def test_a_session_must_fit_into_the_offered_time_to_the_second(edge: int, reason: Reason | None) -> None:
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


def test_touching_items_are_offered_as_one() -> None:
    start = NOW + DAY
    found = calendar(span(start, 60), span(start + 60 * MINUTE, 60))
    assert found.why_not(span(start + 30 * MINUTE, 60)) is None
    assert starts(found, ANY_DAY) == ["21 12:00", "21 12:30", "21 13:00"]


def test_days_and_weeks_are_in_the_tutor_s_zone() -> None:
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


def test_the_turn_of_the_year_does_not_split_a_week() -> None:
    terms = replace(TERMS, max_per_week=1, booking_window=365)
    found = calendar(span(NOW, 400 * 1440), terms=terms, sessions=[span(datetime(2027, 12, 31, 12, tzinfo=UTC), 60)])
    assert found.why_not(span(datetime(2028, 1, 2, 12, tzinfo=UTC), 60)) == "week_full"
    assert found.why_not(span(datetime(2028, 1, 3, 12, tzinfo=UTC), 60)) is None


def test_the_grid_of_slots_starts_anew_with_each_item() -> None:
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
