"""Cancelling a whole weekly series, or from one session on."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from tests.support.booking_client import (
    REASON,
    SERIES,
    assert_error,
    at,
    book,
    call,
    free_tutor,
    history,
    inconsistencies,
    offered,
    post,
    start_in,
    state,
    wait,
)
from tests.support.booking_protection import no_deadlock
from tests.support.lambda_client import Answer
from tests.support.people import People, Person, query
from tests.support.races import at_once

Series = tuple[str, list[int]]


def booked_series(student: Person, tutor: Person, weeks: int = 3) -> Series:
    body = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60, "weeks": weeks}
    answer = call("POST", SERIES, token=student.access, json_body=body)
    assert answer.status == 201, answer
    return answer.json["id"], [each["id"] for each in answer.json["reservations"]]


def cancel(person: Person, series_id: str, key: str = "", **body: Any) -> Answer:
    headers = {"idempotency-key": key} if key else None
    return call("POST", f"{SERIES}{series_id}/cancel/", token=person.access, json_body=body, headers=headers)


def states(bookings: list[int]) -> list[str]:
    return [state(each)[0] for each in bookings]


def test_a_series_is_cancelled_as_a_whole_by_either_side(people: People) -> None:
    tutor, student = free_tutor(people, days=15), people.student()
    for person, body in ((student, {}), (tutor, REASON)):
        series_id, bookings = booked_series(student, tutor)
        answer = cancel(person, series_id, **body)
        assert (answer.status, answer.json["id"]) == (200, series_id)
        assert [(each["id"], each["state"]) for each in answer.json["reservations"]] == [
            (each, "cancelled") for each in bookings
        ]
        role = "student" if person is student else "tutor"
        for each in bookings:
            assert history(each)[1:] == [("cancelled", "confirmed", "cancelled", role)]
        assert_error(cancel(person, series_id, **body), 409, "wrong_state")
    assert book(people.student(), tutor, at(10, 7)).status == 201
    assert inconsistencies() == []


def test_a_series_is_cancelled_from_one_session_on(people: People) -> None:
    tutor, student = free_tutor(people, days=15), people.student()
    series_id, bookings = booked_series(student, tutor)
    assert cancel(student, series_id, from_reservation=bookings[1]).status == 200
    assert states(bookings) == ["confirmed", "cancelled", "cancelled"]
    assert cancel(student, series_id).status == 200
    assert states(bookings) == ["cancelled"] * 3


def test_sessions_that_have_started_or_expired_are_not_cancelled(people: People) -> None:
    tutor, student = free_tutor(people, days=22), people.student()
    series_id, bookings = booked_series(student, tutor, 4)
    start_in(bookings[0], minutes=-5)
    query("UPDATE bookings SET state = 'expired' WHERE id = %s", bookings[2])
    query("UPDATE booking_changes SET to_state = 'expired', kind = 'expired' WHERE booking_id = %s", bookings[2])
    assert cancel(student, series_id, from_reservation=bookings[0]).status == 200
    assert states(bookings) == ["confirmed", "cancelled", "expired", "cancelled"]


def test_after_the_cut_off_of_one_session_only_the_tutor_can_cancel_the_series(people: People) -> None:
    tutor, student = free_tutor(people, days=15), people.student()
    series_id, bookings = booked_series(student, tutor)
    start_in(bookings[0], hours=1)
    assert_error(cancel(student, series_id), 409, "too_late_to_cancel")
    assert states(bookings) == ["confirmed"] * 3
    assert cancel(student, series_id, from_reservation=bookings[2]).status == 200
    assert list(cancel(tutor, series_id).json) == ["reason"]
    assert cancel(tutor, series_id, **REASON).status == 200
    assert states(bookings) == ["cancelled"] * 3


def test_other_people_s_series_and_sessions_of_other_series_are_refused(people: People) -> None:
    tutor, student = free_tutor(people, days=15), people.student()
    series_id, bookings = booked_series(student, tutor)
    single = book(student, tutor, at(14)).json["id"]
    for person, wanted in ((people.student(), series_id), (people.tutor(), series_id), (student, str(UUID(int=1)))):
        assert cancel(person, wanted, **REASON).status == 404
    for wrong in (single, 10**15, 0, "x", None):
        answer = cancel(student, series_id, from_reservation=wrong)
        assert (answer.status, list(answer.json)) == (400, ["from_reservation"])
    assert_error(cancel(student, series_id, from_reservatio=1), 400, "unknown_field")
    assert states(bookings) == ["confirmed"] * 3


def test_the_seats_are_offered_to_the_waitlists(people: People) -> None:
    tutor, student, waiting = free_tutor(people, days=15), people.student(), people.student()
    series_id, bookings = booked_series(student, tutor)
    [(session,)] = query("SELECT session_id FROM bookings WHERE id = %s", bookings[1])
    assert wait(waiting, session).status == 201
    assert cancel(student, series_id).status == 200
    assert state(offered(waiting)) == ("pending", "student")
    assert inconsistencies() == []


@pytest.mark.usefixtures("rate_limits")
def test_it_counts_as_one_change_in_the_hourly_limit(people: People) -> None:
    tutor, student = free_tutor(people, days=85, booking_window=365), people.student()
    series_id, _ = booked_series(student, tutor, 12)
    assert cancel(student, series_id).status == 200
    into_the_past = "UPDATE bookings SET starts_at = starts_at - %s, ends_at = ends_at - %s WHERE starts_at > now()"
    for number in range(8):
        assert book(student, tutor, at(12)).status == 201
        query(into_the_past, *[timedelta(days=365 + number)] * 2)
        query("UPDATE tutoring_sessions SET taken = false")
    assert_error(book(student, tutor, at(12)), 429, "throttled")


def test_a_repeated_request_with_the_same_key_gets_the_first_answer(people: People) -> None:
    tutor, student = free_tutor(people, days=15), people.student()
    series_id, _ = booked_series(student, tutor)
    first = cancel(student, series_id, key="a")
    assert cancel(student, series_id, key="a").body == first.body
    assert query("SELECT count(*) FROM booking_changes WHERE kind = 'cancelled'") == [(3,)]


def test_concurrent_cancellations_by_both_sides_cancel_it_once(people: People) -> None:
    tutor, student = free_tutor(people, days=15), people.student()
    with no_deadlock():
        for _ in range(5):
            series_id, bookings = booked_series(student, tutor)
            calls = [
                partial(cancel, student, series_id),
                partial(cancel, tutor, series_id, **REASON),
                partial(post, student, f"{bookings[1]}/cancel/"),
            ]
            answers = at_once(*calls)
            assert {answer.status for answer in answers} <= {200, 409}
            assert states(bookings) == ["cancelled"] * 3
            assert all(len(history(each)) == 2 for each in bookings)
    assert inconsistencies() == []
