"""Concurrent changes of one tutor's time: each waits for the other, nothing overlaps, nothing fails."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import pytest

from functions.availability.actions import weekly_hours
from shared.data.locking import lock_people
from shared.domain.free_time import Span, load_calendar
from shared.kit.db.transactions import transaction
from tests.support.availability_client import (
    DAY,
    HOURS,
    OVERRIDES,
    SCHEDULE,
    TERMS,
    WARSAW,
    add,
    at,
    call,
    change,
    every_day,
    override,
    put,
    rows,
    session,
    today,
)
from tests.support.lambda_client import Answer
from tests.support.people import People, Person, query
from tests.support.races import at_once

OVERLAPS = """
SELECT count(*) FROM schedule_items a JOIN schedule_items b
ON a.tutor_id = b.tutor_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
"""
CALLERS = 6


def put_hours(tutor: Person, hour: int) -> Answer:
    return call("PUT", HOURS, token=tutor.access, json_body={"hours": every_day(f"{hour:02}:00", f"{hour + 3:02}:00")})


def shown_hours(tutor: Person) -> set[tuple[int, int]]:
    """Return the first and last hours of the schedule's items."""
    return {(row[0].astimezone(WARSAW).hour, row[1].astimezone(WARSAW).hour) for row in rows(tutor).values()}


def kept_hours(tutor: Person) -> set[tuple[int, int]]:
    found = query("SELECT DISTINCT starts / 60, ends / 60 FROM weekly_hours WHERE tutor_id = %s", tutor.tutor_id)
    return {(starts, ends) for starts, ends in found}


@pytest.mark.parametrize("rounds", [2, pytest.param(50, marks=pytest.mark.proof)])
def test_of_concurrent_weekly_hours_one_set_stays_with_its_items(people: People, rounds: int) -> None:
    tutor = people.tutor()
    for _ in range(rounds):
        answers = at_once(*(partial(put_hours, tutor, hour) for hour in range(8, 8 + CALLERS)))
        assert [answer.status for answer in answers] == [200] * CALLERS
        assert len(kept_hours(tutor)) == 1
        assert shown_hours(tutor) == kept_hours(tutor)
    assert query(OVERLAPS) == [(0,)]


def test_without_the_lock_concurrent_weekly_hours_conflict(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weekly_hours, "lock_schedule", lambda _db, _tutor: None)
    tutor = people.tutor()
    for _ in range(10):
        answers = at_once(*(partial(put_hours, tutor, hour) for hour in range(8, 8 + CALLERS)))
        if {answer.status for answer in answers} != {200} or shown_hours(tutor) != kept_hours(tutor):
            return
    pytest.fail("the lock makes no difference")


def test_items_entered_by_hand_and_items_from_rules_never_overlap(people: People) -> None:
    day = today() + 2 * DAY
    for _ in range(4):
        tutor = people.tutor()
        adding = [partial(add, tutor, at(day, hour), at(day, hour + 1)) for hour in (8, 9, 10)]
        answers = at_once(*adding, partial(put_hours, tutor, 8), partial(put_hours, tutor, 9))
        assert {answer.status for answer in answers[:3]} <= {201, 400}
        assert [answer.status for answer in answers[3:]] == [200, 200]
        assert query(OVERLAPS) == [(0,)]
        # In any order, no items are missing.
        before = rows(tutor)
        change(tutor, booking_window=60)
        assert rows(tutor) == before


def book(tutor: Person, span: Span) -> str | None:
    """Decide as a booking does: lock, read, write."""
    with transaction() as db:
        lock_people(db, tutor.id)
        calendar = load_calendar(db, tutor.tutor_id, span)
        assert calendar is not None
        reason = calendar.why_not(span)
        if reason is None:
            session(tutor, span.starts_at)
    return reason


def test_a_booked_time_was_on_offer_when_it_was_decided(people: People) -> None:
    day = today() + 2 * DAY
    span = Span(at(day, 10), at(day, 11))
    for _ in range(4):
        tutor = people.tutor()
        put_hours(tutor, 9)
        [item_id] = [each for each, row in rows(tutor).items() if row[0] == at(day, 9)]
        deleting = partial(call, "DELETE", f"{SCHEDULE}{item_id}/", token=tutor.access)
        results: list[Any] = at_once(*[partial(book, tutor, span)] * 3, deleting, partial(put_hours, tutor, 10))
        assert results[3].status in {200, 404}
        assert results[4].status == 200
        assert results[:3].count(None) <= 1
        assert set(results[:3]) <= {None, "taken", "not_offered"}
        assert query("SELECT count(*) FROM tutoring_sessions WHERE tutor_id = %s", tutor.tutor_id) == [
            (results[:3].count(None),)
        ]
    assert query(OVERLAPS) == [(0,)]


CHANGES: dict[str, Callable[[Person, int, int], Answer]] = {
    "other hours": lambda tutor, _item, _override: put_hours(tutor, 12),
    "an override": lambda tutor, _item, _override: call(
        "POST", OVERRIDES, token=tutor.access, json_body={"kind": "off", "first_day": f"{today()}"}
    ),
    "no override": lambda tutor, _item, found: call("DELETE", f"{OVERRIDES}{found}/", token=tutor.access),
    "other terms": lambda tutor, _item, _override: call(
        "PATCH", f"{TERMS}me/", token=tutor.access, json_body={"max_per_day": 1}
    ),
    "an item": lambda tutor, _item, _override: add(tutor, at(today() + DAY, 20), at(today() + DAY, 21)),
    "an item less": lambda tutor, item, _override: call("DELETE", f"{SCHEDULE}{item}/", token=tutor.access),
    "no items": lambda tutor, _item, _override: call("DELETE", SCHEDULE, token=tutor.access),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_waits_for_the_lock_on_the_tutor_s_time(people: People, name: str) -> None:
    tutor = people.tutor()
    put(tutor, *every_day())
    override_id, item_id = override(tutor, "off", today() + 5 * DAY), next(iter(rows(tutor)))
    before = rows(tutor)
    with ThreadPoolExecutor(1) as threads:
        with transaction() as db:
            lock_people(db, tutor.id)
            changing = threads.submit(at_once, partial(CHANGES[name], tutor, item_id, override_id))
            assert not wait([changing], timeout=0.5).done
            assert rows(tutor) == before
        [answer] = changing.result(30)
    assert answer.status in {200, 201}


def test_a_tutor_deleted_meanwhile_gets_no_items(people: People) -> None:
    for _ in range(3):
        tutor = people.tutor()
        results: list[Any] = at_once(
            partial(put_hours, tutor, 9), partial(query, "DELETE FROM users WHERE id = %s", tutor.id)
        )
        assert results[0].status in {200, 401}, results[0]
        for table in ("schedule_items", "weekly_hours", "booking_terms"):
            assert query(f"SELECT * FROM {table}") == []
