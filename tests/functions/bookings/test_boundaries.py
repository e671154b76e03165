"""The last second in which something is possible, and the first in which it is not."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from time import monotonic

import pytest

from tests.conftest import empty_the_tables
from tests.support.booking_client import (
    assert_error,
    at,
    book,
    booked,
    free_tutor,
    new_time,
    offer,
    post,
    shift,
    start_in,
    sweep,
    terms,
)
from tests.support.lambda_client import Answer
from tests.support.people import People, query


def expect(answer: Answer, seconds: int, code: str) -> None:
    """Check that the request is allowed if there are `seconds` left, and otherwise refused with `code`."""
    if seconds > 0:
        assert answer.status < 300, answer
    else:
        assert_error(answer, 409, code)


EITHER_SIDE = pytest.mark.parametrize("seconds", [1, -1])


def in_time(test: Callable[..., None]) -> Callable[..., None]:
    """Repeat the test if the machine was so slow that the remaining seconds had passed."""

    @wraps(test)
    def run(people: People, seconds: int, **rest: str) -> None:
        for _ in range(5):
            started = monotonic()
            try:
                test(people=people, seconds=seconds, **rest)
            except AssertionError:
                if monotonic() - started < seconds or seconds < 0:
                    raise
                empty_the_tables()
            else:
                return
        pytest.fail("the machine was too slow five times")

    return run


@EITHER_SIDE
@in_time
def test_boundary_of_notice(people: People, seconds: int) -> None:
    tutor, student = people.tutor(), people.student()
    [(start,)] = query("SELECT now() + interval '60 minutes' + make_interval(secs => %s)", seconds)
    item = offer(tutor, start, start + timedelta(hours=1))
    expect(post(student, "", {"schedule_item": item}), seconds, "too_short_notice")


@EITHER_SIDE
@in_time
def test_boundary_of_the_window(people: People, seconds: int) -> None:
    tutor, student = people.tutor(), people.student()
    [(start,)] = query("SELECT now() + interval '60 days' - make_interval(secs => %s)", seconds)
    item = offer(tutor, start, start + timedelta(hours=1), "rule")
    expect(post(student, "", {"schedule_item": item}), seconds, "beyond_window")


@EITHER_SIDE
@pytest.mark.parametrize(("path", "code"), [("cancel", "too_late_to_cancel"), ("reschedule", "too_late_to_reschedule")])
@in_time
def test_boundary_of_the_cut_off(people: People, path: str, code: str, seconds: int) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    start_in(booking, hours=12, seconds=seconds)
    body = new_time(at(15)) if path == "reschedule" else {}
    expect(post(student, f"{booking}/{path}/", body), seconds, code)


@EITHER_SIDE
def test_boundary_of_buffers(people: People, seconds: int) -> None:
    tutor, student = free_tutor(people, days=2, buffer_before=10, buffer_after=20), people.student()
    shift(booked(people.student(), tutor, at(10))["id"], timedelta(seconds=-seconds))
    expect(book(student, tutor, at(11.5)), seconds, "slot_taken")
    shift(booked(people.student(), tutor, at(10, 1))["id"], timedelta(seconds=seconds))
    expect(book(student, tutor, at(8.5, 1)), seconds, "slot_taken")


@EITHER_SIDE
@pytest.mark.parametrize("confirmation", ["manual", "automatic"])
@in_time
def test_boundary_of_holds(people: People, confirmation: str, seconds: int) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    booking = booked(student, tutor, at(10))["id"]
    awaiting = "tutor" if confirmation == "manual" else "student"
    terms(tutor, confirmation=confirmation)
    query("UPDATE bookings SET awaiting = %s, expires_at = now() + make_interval(secs => %s)", awaiting, seconds)
    assert sweep()["expired"] == (seconds < 0)
    answer = post(tutor, f"tutor/me/confirm/{booking}/") if awaiting == "tutor" else post(student, f"{booking}/accept/")
    expect(answer, seconds, "wrong_state")


@EITHER_SIDE
@pytest.mark.parametrize("path", ["no_show", "completed"])
@in_time
def test_boundary_of_attendance(people: People, path: str, seconds: int) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    start_in(booking, hours=-1, seconds=-seconds)
    expect(post(tutor, f"{booking}/{path}/"), seconds, "not_over")
    query("UPDATE bookings SET state = %s", "completed" if path == "no_show" else "no_show")
    start_in(booking, hours=-49, seconds=seconds)
    expect(post(tutor, f"{booking}/{path}/"), seconds, "too_late")


@EITHER_SIDE
@in_time
def test_boundary_of_completion(people: People, seconds: int) -> None:
    booking = booked(people.student(), free_tutor(people), at(10))["id"]
    start_in(booking, hours=-2, seconds=-seconds)
    assert sweep()["completed"] == (seconds > 0)
