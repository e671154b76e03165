"""Confirming and declining requests."""

from tests.support.booking_client import (
    REASON,
    assert_error,
    at,
    book,
    booked,
    free_tutor,
    history,
    new_time,
    post,
    state,
)
from tests.support.people import People


def test_the_tutor_confirms_a_request_once(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    reservation = booked(student, tutor, at(10))
    path = f"tutor/me/confirm/{reservation['id']}/"
    answer = post(tutor, path)
    assert (answer.status, answer.json["is_confirmed"], answer.json["expires_at"]) == (200, True, None)
    again = post(tutor, path)
    assert (again.status, again.json["code"]) == (400, "already_confirmed")
    assert again.json["error"] == "Reservation is already confirmed"
    assert history(reservation["id"])[1:] == [("confirmed", "pending", "confirmed", "tutor")]


def test_the_tutor_declines_a_request(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    reservation = booked(student, tutor, at(10))
    path = f"tutor/me/decline/{reservation['id']}/"
    assert post(tutor, path, REASON).json["state"] == "cancelled"
    assert_error(post(tutor, path), 409, "wrong_state")
    assert_error(post(tutor, f"tutor/me/confirm/{reservation['id']}/"), 409, "wrong_state")
    assert book(people.student(), tutor, at(10)).status == 201
    sure = booked(student, free_tutor(people), at(14))
    assert state(sure["id"]) == ("confirmed", None)


def test_a_tutor_can_only_confirm_the_times_they_have_read(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    read = booked(student, tutor, at(10))
    moved = post(student, f"{read['id']}/reschedule/", new_time(at(15))).json
    path, times = f"tutor/me/confirm/{read['id']}/", ("start_time", "end_time")
    assert_error(post(tutor, path, {name: read[name] for name in times}), 409, "session_moved")
    assert post(tutor, path, {name: moved[name] for name in times}).json["state"] == "confirmed"
