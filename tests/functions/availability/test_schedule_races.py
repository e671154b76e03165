"""Concurrent overlapping items: exactly one is accepted."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from functions.availability.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, Person, query
from tests.support.races import at_once

call = LambdaClient(handler)
SCHEDULE = "/api/user/tutor/schedule/me/"
CALLERS = 8
OVERLAPS = """
SELECT count(*) FROM schedule_items a JOIN schedule_items b
ON a.tutor_id = b.tutor_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
"""


def add(tutor: Person, day: int, minute: int) -> Answer:
    """Add an hour that starts some minutes after ten."""
    times = {"start_time": f"2035-{day // 28 + 1:02}-{day % 28 + 1:02}T10:{minute:02}:00Z"}
    times["end_time"] = times["start_time"].replace("T10", "T11")
    return call("POST", SCHEDULE, token=tutor.access, json_body=times)


def race(people: People, rounds: int) -> list[list[int]]:
    """Return the statuses of each round, in which one tutor adds overlapping items at once."""
    tutor = people.tutor()
    return [
        sorted(answer.status for answer in at_once(*(partial(add, tutor, day, minute) for minute in range(CALLERS))))
        for day in range(rounds)
    ]


@pytest.mark.parametrize("rounds", [4, pytest.param(250, marks=pytest.mark.proof)])
def test_exactly_one_of_overlapping_items_is_accepted(people: People, rounds: int) -> None:
    assert race(people, rounds) == [[201, *[400] * (CALLERS - 1)]] * rounds
    assert query(OVERLAPS) == [(0,)]


@contextmanager
def without_the_constraint() -> Iterator[None]:
    definition = query("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'schedule_items_overlap'")
    query("ALTER TABLE schedule_items DROP CONSTRAINT schedule_items_overlap")
    try:
        yield
    finally:
        query("TRUNCATE schedule_items")
        query(f"ALTER TABLE schedule_items ADD CONSTRAINT schedule_items_overlap {definition[0][0]}")


def test_without_the_constraint_overlapping_items_are_accepted(people: People) -> None:
    with without_the_constraint():
        assert race(people, 1) == [[201] * CALLERS]
        assert query(OVERLAPS)[0][0] > 0


def test_touching_items_are_all_accepted(people: People) -> None:
    tutor = people.tutor()

    def touching(hour: int) -> Answer:
        times = {"start_time": f"2035-01-10T{hour:02}:00:00Z", "end_time": f"2035-01-10T{hour + 1:02}:00:00Z"}
        return call("POST", SCHEDULE, token=tutor.access, json_body=times)

    assert [answer.status for answer in at_once(*(partial(touching, hour) for hour in range(8)))] == [201] * 8


def test_a_tutor_deleted_meanwhile_gets_no_item(people: People) -> None:
    """The account may be deleted between the check of the token and the insert."""
    for _ in range(4):
        tutor = people.tutor()
        results: list[Any] = at_once(
            partial(add, tutor, 1, 0), partial(query, "DELETE FROM users WHERE id = %s", tutor.id)
        )
        assert results[0].status in {201, 401}, results[0]
        assert query("SELECT * FROM schedule_items") == []
