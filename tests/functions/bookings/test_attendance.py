"""Whether the student attended, as recorded by the tutor after the session."""

from datetime import timedelta

from tests.support.booking_client import (
    REASON,
    assert_error,
    at,
    booked,
    ended_booking,
    free_tutor,
    history,
    post,
    shift,
)
from tests.support.people import People


def test_the_tutor_records_whether_the_student_attended(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    early = booked(student, tutor, at(14))
    assert_error(post(tutor, f"{early['id']}/no_show/"), 409, "not_over")
    post(student, f"{early['id']}/cancel/")
    booking = ended_booking(student, tutor)
    assert post(tutor, f"{booking}/no_show/").json["state"] == "no_show"
    assert post(tutor, f"{booking}/completed/").json["state"] == "completed"
    assert_error(post(tutor, f"{booking}/completed/"), 409, "wrong_state")
    assert post(tutor, f"{booking}/no_show/").json["state"] == "no_show"
    shift(booking, timedelta(hours=-48))
    assert_error(post(tutor, f"{booking}/completed/"), 409, "too_late")
    assert_error(post(tutor, f"{booking}/cancel/", REASON), 409, "wrong_state")
    assert [step[0] for step in history(booking)] == ["confirmed", "no_show", "completed", "no_show"]
