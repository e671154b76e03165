"""Limits on bookings, moves and cancellations per hour, and on the active bookings of a student."""

from datetime import timedelta
from functools import partial

import pytest

from tests.conftest import read_settings_again
from tests.support.booking_client import (
    REASON,
    SERIES,
    assert_error,
    at,
    book,
    booked,
    call,
    free_tutor,
    inconsistencies,
    new_time,
    offered,
    post,
    state,
    wait,
)
from tests.support.booking_protection import without_locks
from tests.support.lambda_client import Answer
from tests.support.people import People, Person, query
from tests.support.races import at_once

HOUR = 60 * 60


def assert_throttled(answer: Answer) -> int:
    """Return how long the answer tells the client to wait."""
    assert_error(answer, 429, "throttled")
    return int(answer.headers["retry-after"])


def book_and_cancel(student: Person, tutor: Person, times: int) -> None:
    for _ in range(times):
        reservation = booked(student, tutor, at(10))
        assert post(student, f"{reservation['id']}/cancel/").status == 200


def an_hour_passes(**less: int) -> None:
    query("UPDATE booking_changes SET at = at - %s", timedelta(hours=1) - timedelta(**less))


@pytest.mark.usefixtures("rate_limits")
def test_ten_changes_an_hour_with_the_same_person(people: People) -> None:
    tutor, other, student = free_tutor(people), free_tutor(people), people.student()
    book_and_cancel(student, tutor, 4)
    reservation = booked(student, tutor, at(10))
    path = f"{reservation['id']}/reschedule/"
    assert post(student, path, new_time(at(12))).status == 200
    assert 0 < assert_throttled(post(student, path, new_time(at(14)))) <= HOUR
    assert_throttled(book(student, tutor, at(16)))
    assert_throttled(post(student, f"{reservation['id']}/cancel/"))
    body = {"tutor": tutor.tutor_id, "start_time": at(16).isoformat(), "length": 60, "weeks": 2, "skip_conflicts": True}
    assert_throttled(call("POST", SERIES, token=student.access, json_body=body))
    assert state(reservation["id"]) == ("confirmed", None)
    assert book(student, other, at(16)).status == 201
    assert book(people.student(), tutor, at(16)).status == 201
    an_hour_passes(minutes=1)
    assert 0 < assert_throttled(post(student, path, new_time(at(14)))) <= 60
    an_hour_passes()
    assert post(student, path, new_time(at(14))).status == 200


@pytest.mark.usefixtures("rate_limits")
def test_thirty_changes_an_hour(people: People) -> None:
    student, last = people.student(), free_tutor(people)
    for _ in range(3):
        book_and_cancel(student, free_tutor(people), 5)
    assert_throttled(book(student, last, at(10)))
    assert book(people.student(), last, at(10)).status == 201
    an_hour_passes()
    assert book(student, last, at(12)).status == 201


@pytest.mark.usefixtures("rate_limits")
def test_seats_in_groups_count_too(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    group = booked(people.student(), tutor, at(10), kind="group")
    for _ in range(5):
        seat = post(student, "", {"session": group["session"]})
        assert seat.status == 201
        assert post(student, f"{seat.json['id']}/cancel/").status == 200
    assert_throttled(post(student, "", {"session": group["session"]}))
    assert_throttled(book(student, tutor, at(10), kind="group"))


@pytest.mark.usefixtures("rate_limits")
def test_what_the_tutor_cancels_is_never_limited_but_moves_are(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    made = [booked(student, tutor, at(hour))["id"] for hour in range(8)]
    query("UPDATE booking_changes SET actor_id = %s", tutor.id)
    path = f"{made[0]}/reschedule/"
    assert post(tutor, path, new_time(at(20), **REASON)).status == 200
    assert post(tutor, path, new_time(at(21), **REASON)).status == 200
    assert_throttled(post(tutor, path, new_time(at(22), **REASON)))
    for booking in made:
        assert post(tutor, f"{booking}/cancel/", REASON).status == 200
    query("UPDATE booking_changes SET actor_id = NULL WHERE kind <> 'cancelled'")
    again = booked(student, tutor, at(10))["id"]
    assert post(tutor, f"{again}/reschedule/", new_time(at(20), **REASON)).status == 200


@pytest.mark.usefixtures("rate_limits")
def test_a_series_counts_as_one_change_and_so_does_moving_a_group(people: People) -> None:
    tutor, student = free_tutor(people, days=92, booking_window=365), people.student()
    body = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60, "weeks": 12}
    assert call("POST", SERIES, token=student.access, json_body=body).status == 201
    assert book(student, tutor, at(12)).status == 201
    group = [booked(people.student(), tutor, at(14), kind="group")["id"] for _ in range(4)]
    for hour in range(15, 24):
        assert post(tutor, f"{group[0]}/reschedule/", new_time(at(hour), **REASON)).status == 200


@pytest.mark.usefixtures("rate_limits")
def test_refused_and_repeated_requests_do_not_count_and_a_throttled_key_can_be_reused(people: People) -> None:
    tutor, student, rival = free_tutor(people), people.student(), people.student()
    taken = booked(rival, tutor, at(20))
    for _ in range(12):
        assert_error(book(student, tutor, at(20)), 409, "slot_taken")
        assert book(student, tutor, at(8), key="a").status == 201
    for hour in range(9, 18):
        booked(student, tutor, at(hour))
    post(rival, f"{taken['id']}/cancel/")
    assert_throttled(book(student, tutor, at(20), key="b"))
    an_hour_passes()
    assert book(student, tutor, at(20), key="b").status == 201


def test_without_rate_limits_nothing_is_counted(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    book_and_cancel(student, tutor, 16)


def test_a_student_may_have_twenty_upcoming_bookings(people: People) -> None:
    tutor, student = free_tutor(people, days=4), people.student()
    made = [booked(student, tutor, at(hour))["id"] for hour in range(20)]
    group = booked(people.student(), tutor, at(12, 1), kind="group")
    body = {"tutor": tutor.tutor_id, "start_time": at(1, 2).isoformat(), "length": 60, "weeks": 2}
    for answer in (
        book(student, tutor, at(10, 1)),
        book(student, tutor, at(12, 1), kind="group"),
        post(student, "", {"session": group["session"]}),
        call("POST", SERIES, token=student.access, json_body=body | {"skip_conflicts": True}),
    ):
        assert_error(answer, 409, "too_many_bookings")
    assert query("SELECT count(*) FROM tutoring_sessions") == [(21,)]
    assert book(people.student(), tutor, at(10, 1)).status == 201
    assert post(student, f"{made[0]}/reschedule/", new_time(at(14, 1))).status == 200
    assert post(student, f"{made[1]}/cancel/").status == 200
    assert book(student, tutor, at(16, 1)).status == 201
    query("UPDATE bookings SET starts_at = starts_at - interval '1 year', ends_at = ends_at - interval '1 year'")
    assert book(student, tutor, at(18, 1)).status == 201


def test_a_series_of_any_length_counts_as_one_booking(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_ACTIVE_BOOKINGS", "2")
    read_settings_again()
    tutor, student = free_tutor(people, days=180, booking_window=365), people.student()
    body = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60, "weeks": 26}
    assert call("POST", SERIES, token=student.access, json_body=body).status == 201
    assert book(student, tutor, at(12)).status == 201
    body |= {"start_time": at(14).isoformat()}
    assert_error(call("POST", SERIES, token=student.access, json_body=body), 409, "too_many_bookings")
    assert_error(book(student, tutor, at(16)), 409, "too_many_bookings")
    assert query("SELECT count(*) FROM tutoring_sessions") == [(27,)]


def test_an_offer_can_be_accepted_beyond_the_limit(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_ACTIVE_BOOKINGS", "1")
    read_settings_again()
    tutor, holder, student = free_tutor(people), people.student(), people.student()
    held, own = booked(holder, tutor, at(10)), booked(student, tutor, at(12))
    assert wait(student, held["session"]).status == 201
    assert post(holder, f"{held['id']}/cancel/").status == 200
    offer = offered(student)
    assert post(student, f"{offer}/accept/").status == 200
    assert_error(book(student, tutor, at(14)), 409, "too_many_bookings")
    assert post(student, f"{own['id']}/cancel/").status == 200
    assert_error(book(student, tutor, at(14)), 409, "too_many_bookings")
    assert inconsistencies() == []


CALLERS = 8


def race_for_the_last_booking(people: People, rounds: int) -> list[int]:
    """Return how many of a student's concurrent requests, each to another tutor, succeed where one may."""
    tutors, found = [free_tutor(people) for _ in range(CALLERS)], []
    for _ in range(rounds):
        student = people.student()
        calls = [partial(book, student, tutor, at(2 * hour)) for hour, tutor in enumerate(tutors)]
        answers = at_once(*calls)
        assert {answer.status for answer in answers} <= {201, 409}
        found.append(sum(answer.status == 201 for answer in answers))
        query("DELETE FROM booking_changes")
        query("DELETE FROM bookings")
        query("DELETE FROM tutoring_sessions")
    return found


@pytest.fixture
def one_booking(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_ACTIVE_BOOKINGS", "1")
    read_settings_again()


@pytest.mark.usefixtures("one_booking")
def test_of_many_concurrent_requests_one_gets_the_last_booking(people: People) -> None:
    assert race_for_the_last_booking(people, 8) == [1] * 8


@pytest.mark.usefixtures("one_booking")
def test_without_the_lock_several_requests_succeed(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    assert max(race_for_the_last_booking(people, 8)) > 1
