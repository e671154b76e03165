"""Cancelling, rescheduling, answering: who may do what in which state, and what becomes of it."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from time import monotonic
from typing import Any

import pytest

from tests.conftest import empty_the_tables
from tests.support.booking_client import (
    WAITLIST,
    at,
    book,
    booked,
    call,
    free_tutor,
    history,
    offer,
    post,
    problems,
    refused,
    shift,
    state,
    sweep,
    terms,
)
from tests.support.lambda_client import Answer
from tests.support.people import People, Person, query

REASON = {"reason": "Choroba"}


def to(start: Any, **more: Any) -> dict[str, Any]:
    return {"start_time": start.isoformat(), **more}


# Cancelling


def test_the_student_cancels_and_the_time_is_free_again(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation = booked(student, tutor, at(10))
    answer = post(student, f"{reservation['id']}/cancel/", {})
    assert (answer.status, answer.json["state"], answer.json["meeting_url"]) == (200, "cancelled", "")
    assert history(reservation["id"])[1:] == [("cancelled", "confirmed", "cancelled", "student")]
    assert book(people.student(), tutor, at(10.5)).status == 201
    refused(post(student, f"{reservation['id']}/cancel/", {}), 409, "wrong_state")


def test_the_tutor_cancels_at_any_time_with_a_reason(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation = booked(student, tutor, at(10))
    shift(reservation["id"], timedelta(days=-20))
    path = f"{reservation['id']}/cancel/"
    assert (post(tutor, path, {}).status, list(post(tutor, path, {}).json)) == (400, ["reason"])
    refused(post(student, path, REASON), 409, "too_late_to_cancel")
    assert post(tutor, path, REASON).json["state"] == "cancelled"
    assert query("SELECT reason FROM booking_changes ORDER BY id DESC LIMIT 1") == [("Choroba",)]


def test_a_request_can_be_withdrawn_when_it_is_too_late_to_cancel(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual", cancellation_notice=720), people.student()
    reservation = booked(student, tutor, at(10))
    assert post(student, f"{reservation['id']}/cancel/").json["state"] == "cancelled"


ACTIONS = [
    ("cancel/", {}),
    ("reschedule/", to(at(15))),
    ("accept/", {}),
    ("no_show/", {}),
    ("completed/", {}),
]


@pytest.mark.parametrize(("path", "body"), ACTIONS)
def test_strangers_find_nothing(people: People, path: str, body: Any) -> None:
    tutor, student, other = free_tutor(people), people.student(), people.tutor()
    reservation = booked(student, tutor, at(10))
    for booking in (reservation["id"], 10**15, 10**39):
        assert post(other, f"{booking}/{path}", body).status == 404
    assert state(reservation["id"]) == ("confirmed", None)


def test_what_is_the_other_side_s_is_not_found_either(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.tutor()
    reservation = booked(student, tutor, at(10))
    for path in ("tutor/me/confirm/{}/", "tutor/me/decline/{}/", "{}/no_show/", "{}/completed/"):
        assert post(student, path.format(reservation["id"])).status == 404
    assert post(tutor, f"{reservation['id']}/accept/").status == 404
    assert post(people.student(), f"tutor/me/confirm/{reservation['id']}/").status == 403


# Rescheduling


def test_the_student_moves_a_booking_to_a_free_slot(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation = booked(student, tutor, at(10))
    answer = post(student, f"{reservation['id']}/reschedule/", to(at(15), length=90))
    assert (answer.status, answer.json["price"], answer.json["expires_at"]) == (200, "150.00", None)
    assert answer.json["meeting_url"] == reservation["meeting_url"]
    [change] = query("SELECT kind, old_starts_at FROM booking_changes WHERE kind = 'rescheduled'")
    assert change == ("rescheduled", at(10))
    assert book(people.student(), tutor, at(10)).status == 201
    refused(book(people.student(), tutor, at(16)), 409, "slot_taken")
    assert problems() == []


def test_a_booking_may_move_into_its_own_time(people: People) -> None:
    tutor, student = free_tutor(people, max_per_day=1), people.student()
    reservation = booked(student, tutor, at(10))
    assert post(student, f"{reservation['id']}/reschedule/", to(at(10.5))).status == 200


@pytest.mark.parametrize("length", [{}, {"length": 60}])
def test_the_time_it_has_already_changes_nothing(people: People, length: Any) -> None:
    tutor, student, waiting = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    assert call("POST", WAITLIST, token=waiting.access, json_body=to(at(10), tutor=tutor.tutor_id)).status == 201
    before = query("SELECT sequence, updated_at FROM bookings")
    for person, more in ((student, {}), (tutor, REASON)):
        answer = post(person, f"{reservation['id']}/reschedule/", to(at(10), **length, **more))
        assert (answer.status, answer.json) == (200, reservation)
    assert query("SELECT sequence, updated_at FROM bookings") == before
    assert history(reservation["id"]) == [("confirmed", None, "confirmed", "student")]
    assert query("SELECT state FROM waitlist_entries") == [("waiting",)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (to(at(12)), "slot_taken"),
        (to(at(24)), "slot_not_offered"),
        (to(at(15), length=50), "slot_not_offered"),
        (to(at(-24 * 40)), "too_short_notice"),
        (to(at(18)), "student_busy"),
        ({"start_time": "9999-12-31T10:00Z"}, "slot_not_offered"),
    ],
)
def test_a_student_moves_within_the_terms_or_not_at_all(people: People, body: Any, code: str) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation = booked(student, tutor, at(10))
    booked(people.student(), tutor, at(12))
    booked(student, free_tutor(people), at(18))
    refused(post(student, f"{reservation['id']}/reschedule/", body), 409, code)
    assert history(reservation["id"]) == [("confirmed", None, "confirmed", "student")]
    refused(book(people.student(), tutor, at(10)), 409, "slot_taken")


def test_after_the_cut_off_only_the_tutor_moves_it(people: People) -> None:
    tutor, student = free_tutor(people, cancellation_notice=720), people.student()
    reservation = booked(student, tutor, at(10))
    path = f"{reservation['id']}/reschedule/"
    refused(post(student, path, to(at(15))), 409, "too_late_to_reschedule")
    assert list(post(tutor, path, to(at(15))).json) == ["reason"]
    # Out of hours: tutors dispose of their own time.
    assert post(tutor, path, to(at(40), **REASON)).status == 200
    refused(post(tutor, path, to(at(-24 * 40), **REASON)), 409, "too_short_notice")


def test_the_tutor_does_not_move_it_onto_anything_else(people: People) -> None:
    tutor, student = free_tutor(people, buffer_after=30), people.student()
    reservation = booked(student, tutor, at(10))
    booked(people.student(), tutor, at(15))
    booked(student, free_tutor(people), at(20))
    path = f"{reservation['id']}/reschedule/"
    refused(post(tutor, path, to(at(14), **REASON)), 409, "slot_taken")
    refused(post(tutor, path, to(at(20), **REASON)), 409, "student_busy")


def test_a_group_moves_with_all_its_seats_and_only_by_the_tutor(people: People) -> None:
    tutor, students = free_tutor(people), [people.student() for _ in range(3)]
    group = [booked(each, tutor, at(10), kind="group") for each in students]
    path = f"{group[0]['id']}/reschedule/"
    refused(post(students[0], path, to(at(15))), 409, "group_cannot_be_moved")
    busy = booked(students[2], free_tutor(people), at(18))
    refused(post(tutor, path, to(at(18), **REASON)), 409, "student_busy")
    assert post(tutor, path, to(at(15), **REASON)).status == 200
    assert query("SELECT DISTINCT starts_at FROM bookings WHERE id <> %s", busy["id"]) == [(at(15),)]
    assert query("SELECT count(*) FROM booking_changes WHERE kind = 'rescheduled'") == [(3,)]
    assert problems() == []


def test_a_request_moves_and_is_answered_before_it_starts(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    reservation = booked(student, tutor, at(10))
    moved = post(student, f"{reservation['id']}/reschedule/", to(at(12))).json
    assert (moved["state"], moved["expires_at"]) == ("pending", reservation["expires_at"])


# Answering


def test_the_tutor_confirms_a_request_once(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    reservation = booked(student, tutor, at(10))
    path = f"tutor/me/confirm/{reservation['id']}/"
    answer = post(tutor, path)
    assert (answer.status, answer.json["is_confirmed"], answer.json["expires_at"]) == (200, True, None)
    again = post(tutor, path)
    assert (again.status, again.json) == (400, {"error": "Reservation is already confirmed"})
    assert history(reservation["id"])[1:] == [("confirmed", "pending", "confirmed", "tutor")]


def test_the_tutor_declines_a_request(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    reservation = booked(student, tutor, at(10))
    path = f"tutor/me/decline/{reservation['id']}/"
    assert post(tutor, path, REASON).json["state"] == "cancelled"
    refused(post(tutor, path), 409, "wrong_state")
    refused(post(tutor, f"tutor/me/confirm/{reservation['id']}/"), 409, "wrong_state")
    assert book(people.student(), tutor, at(10)).status == 201
    sure = booked(student, free_tutor(people), at(14))
    assert state(sure["id"]) == ("confirmed", None)


def over(student: Person, tutor: Person) -> int:
    """A confirmed booking that ended just now."""
    booking = int(booked(student, tutor, at(10))["id"])
    put(booking, hours=-1)
    return booking


def test_the_tutor_says_whether_the_student_came(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    early = booked(student, tutor, at(14))
    refused(post(tutor, f"{early['id']}/no_show/"), 409, "not_over")
    post(student, f"{early['id']}/cancel/")
    booking = over(student, tutor)
    assert post(tutor, f"{booking}/no_show/").json["state"] == "no_show"
    assert post(tutor, f"{booking}/completed/").json["state"] == "completed"
    refused(post(tutor, f"{booking}/completed/"), 409, "wrong_state")
    assert post(tutor, f"{booking}/no_show/").json["state"] == "no_show"
    shift(booking, timedelta(hours=-48))
    refused(post(tutor, f"{booking}/completed/"), 409, "too_late")
    refused(post(tutor, f"{booking}/cancel/", REASON), 409, "wrong_state")
    assert [step[0] for step in history(booking)] == ["confirmed", "no_show", "completed", "no_show"]


# The sweep


def test_the_sweep_completes_what_ended_an_hour_ago(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = over(student, tutor)
    assert sweep()["completed"] == 0
    shift(booking, timedelta(hours=-1))
    assert sweep() == {"expired": 0, "passed_on": 0, "completed": 1, "forgotten": 0}
    assert state(booking) == ("completed", None)
    assert history(booking)[1:] == [("completed", "confirmed", "completed", "system")]


def test_the_sweep_lets_requests_run_out(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    reservation = booked(student, tutor, at(10))
    assert sweep()["expired"] == 0
    query("UPDATE bookings SET expires_at = now()")
    refused(post(tutor, f"tutor/me/confirm/{reservation['id']}/"), 409, "expired")
    assert sweep()["expired"] == 1
    assert history(reservation["id"])[1:] == [("expired", "pending", "expired", "system")]
    assert book(people.student(), tutor, at(10)).status == 201
    assert problems() == []


# Boundaries: the last second in which something is possible, and the first in which it is not.


def put(booking: int, **ahead: float) -> None:
    """Let a booking's hour start some time ahead, by the database's clock."""
    [(start,)] = query("SELECT now() + %s", timedelta(**ahead))
    [(old,)] = query("SELECT starts_at FROM bookings WHERE id = %s", booking)
    shift(booking, start - old)


def expect(answer: Answer, seconds: int, code: str) -> None:
    """Allowed while there are seconds left."""
    if seconds > 0:
        assert answer.status < 300, answer
    else:
        refused(answer, 409, code)


EITHER_SIDE = pytest.mark.parametrize("seconds", [1, -1])


def in_time(test: Callable[..., None]) -> Callable[..., None]:
    """Try again what the machine held up until the second that was left was over."""

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
        pytest.fail("the machine never had a second")

    return run


@EITHER_SIDE
@in_time
def test_boundary_of_notice(people: People, seconds: int) -> None:
    tutor, student = people.tutor(), people.student()
    [(start,)] = query("SELECT now() + interval '60 minutes' + make_interval(secs => %s)", seconds)
    offer(tutor, start, start + timedelta(hours=1))
    expect(book(student, tutor, start), seconds, "too_short_notice")


@EITHER_SIDE
@in_time
def test_boundary_of_the_window(people: People, seconds: int) -> None:
    tutor, student = people.tutor(), people.student()
    [(start,)] = query("SELECT now() + interval '60 days' - make_interval(secs => %s)", seconds)
    offer(tutor, start, start + timedelta(hours=1), "rule")
    expect(book(student, tutor, start), seconds, "beyond_window")


@EITHER_SIDE
@pytest.mark.parametrize(("path", "code"), [("cancel", "too_late_to_cancel"), ("reschedule", "too_late_to_reschedule")])
@in_time
def test_boundary_of_the_cut_off(people: People, path: str, code: str, seconds: int) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    put(booking, hours=12, seconds=seconds)
    body = to(at(15)) if path == "reschedule" else {}
    expect(post(student, f"{booking}/{path}/", body), seconds, code)


@EITHER_SIDE
def test_boundary_of_buffers(people: People, seconds: int) -> None:
    tutor, student = free_tutor(people, buffer_before=10, buffer_after=20), people.student()
    booked(people.student(), tutor, at(10))
    late = at(11) + timedelta(minutes=30, seconds=seconds)
    expect(book(student, tutor, late), seconds, "slot_taken")
    early = at(9) - timedelta(minutes=30, seconds=seconds)
    expect(book(student, tutor, early), seconds, "slot_taken")


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
    put(booking, hours=-1, seconds=-seconds)
    expect(post(tutor, f"{booking}/{path}/"), seconds, "not_over")
    query("UPDATE bookings SET state = %s", "completed" if path == "no_show" else "no_show")
    put(booking, hours=-49, seconds=seconds)
    expect(post(tutor, f"{booking}/{path}/"), seconds, "too_late")


@EITHER_SIDE
@in_time
def test_boundary_of_completion(people: People, seconds: int) -> None:
    booking = booked(people.student(), free_tutor(people), at(10))["id"]
    put(booking, hours=-2, seconds=-seconds)
    assert sweep()["completed"] == (seconds > 0)
