"""Cancelling a booking, and declining a request."""

from datetime import timedelta

from tests.support.booking_client import REASON, assert_error, at, book, booked, free_tutor, history, post, shift
from tests.support.people import People, query


def test_the_student_cancels_and_the_time_is_free_again(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation = booked(student, tutor, at(10))
    answer = post(student, f"{reservation['id']}/cancel/", {})
    assert (answer.status, answer.json["state"], answer.json["meeting_url"]) == (200, "cancelled", "")
    assert history(reservation["id"])[1:] == [("cancelled", "confirmed", "cancelled", "student")]
    assert book(people.student(), tutor, at(10.5)).status == 201
    assert_error(post(student, f"{reservation['id']}/cancel/", {}), 409, "wrong_state")


def test_the_tutor_cancels_at_any_time_with_a_reason(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation = booked(student, tutor, at(10))
    shift(reservation["id"], timedelta(days=-20))
    path = f"{reservation['id']}/cancel/"
    for body in ({}, {"reason": "\u200b \u3164"}):
        answer = post(tutor, path, body)
        assert (answer.status, list(answer.json)) == (400, ["reason"])
    assert_error(post(student, path, REASON), 409, "too_late_to_cancel")
    assert post(tutor, path, REASON).json["state"] == "cancelled"
    assert query("SELECT reason FROM booking_changes ORDER BY id DESC LIMIT 1") == [("Choroba",)]


def test_a_request_can_be_withdrawn_when_it_is_too_late_to_cancel(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual", cancellation_notice=720), people.student()
    reservation = booked(student, tutor, at(10))
    assert post(student, f"{reservation['id']}/cancel/").json["state"] == "cancelled"
