"""The deadline to cancel or move a booking: what students were promised when they booked, or later if terms improve."""

from datetime import datetime, timedelta

import pytest

from tests.support.booking_client import (
    REASON,
    SERIES,
    assert_error,
    at,
    booked,
    call,
    free_tutor,
    new_time,
    offered,
    post,
    shown,
    start_in,
    terms,
    wait,
)
from tests.support.booking_rows import insert_booking
from tests.support.lambda_client import ANY
from tests.support.move_proposals import answer_to, proposed
from tests.support.people import People, Person, query

# Hours. The first session is at most three weeks ahead, so with a LONG notice it is already too late to cancel it.
SHORT, PROMISED, LONG = 2, 12, 720


def notice(person: Person, booking: int) -> float:
    """How many hours before the start the deadline is that a person is shown."""
    reservation = shown(person, booking)
    start, until = (datetime.fromisoformat(reservation[name]) for name in ("start_time", "cancellable_until"))
    return (start - until) / timedelta(hours=1)


def test_a_longer_notice_does_not_shorten_the_time_to_cancel(people: People) -> None:
    tutor, student, later = free_tutor(people), people.student(), people.student()
    booking = booked(student, tutor, at(10))["id"]
    terms(tutor, cancellation_notice=LONG)
    assert [notice(person, booking) for person in (student, tutor)] == [PROMISED, PROMISED]
    new = booked(later, tutor, at(12))["id"]
    assert notice(later, new) == LONG
    assert_error(post(later, f"{new}/cancel/"), 409, "too_late_to_cancel")
    assert post(student, f"{booking}/cancel/").json["state"] == "cancelled"


@pytest.mark.parametrize(("hours", "answer"), [(PROMISED + 1, 200), (PROMISED - 1, 409)])
def test_the_promised_deadline_itself_stays(people: People, hours: int, answer: int) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    terms(tutor, cancellation_notice=LONG)
    start_in(booking, hours=hours)
    assert post(student, f"{booking}/cancel/").status == answer


def test_a_shorter_notice_counts_while_it_is_in_the_terms(people: People) -> None:
    tutor, student = free_tutor(people, cancellation_notice=LONG), people.student()
    booking = booked(student, tutor, at(10))["id"]
    for current, applied in ((SHORT, SHORT), (0, 0), (PROMISED, PROMISED), (LONG, LONG)):
        terms(tutor, cancellation_notice=current)
        assert notice(student, booking) == applied
    terms(tutor, cancellation_notice=SHORT)
    assert post(student, f"{booking}/cancel/").json["state"] == "cancelled"


def test_a_session_that_moves_keeps_its_notice(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    terms(tutor, cancellation_notice=LONG)
    assert post(student, f"{booking}/reschedule/", new_time(at(12))).status == 200
    assert notice(student, booking) == PROMISED
    proposed(tutor, booking, at(15))
    assert answer_to(student, booking, "accept").status == 200
    assert notice(student, booking) == PROMISED
    assert post(student, f"{booking}/cancel/").status == 200


def test_a_request_keeps_the_notice_until_and_after_the_tutor_confirms_it(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    booking = booked(student, tutor, at(10))["id"]
    terms(tutor, cancellation_notice=LONG)
    assert post(tutor, f"tutor/me/confirm/{booking}/").json["state"] == "confirmed"
    assert notice(student, booking) == PROMISED
    assert post(student, f"{booking}/cancel/").status == 200


def test_an_offer_has_the_notice_of_the_moment_it_was_made(people: People) -> None:
    tutor, student, waiting = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    assert wait(waiting, reservation["session"]).status == 201
    terms(tutor, cancellation_notice=SHORT)
    assert post(student, f"{reservation['id']}/cancel/").status == 200
    booking = offered(waiting)
    terms(tutor, cancellation_notice=LONG)
    assert post(waiting, f"{booking}/accept/").json["state"] == "confirmed"
    assert notice(waiting, booking) == SHORT


def test_each_seat_of_a_group_has_the_notice_it_was_booked_with(people: People) -> None:
    tutor, first, second = free_tutor(people), people.student(), people.student()
    seat = booked(first, tutor, at(10), kind="group")
    terms(tutor, cancellation_notice=LONG)
    joined = post(second, "", {"session": seat["session"]}).json
    assert (notice(first, seat["id"]), notice(second, joined["id"])) == (PROMISED, LONG)


def test_a_series_can_be_moved_and_cancelled_as_promised(people: People) -> None:
    tutor, student = free_tutor(people, days=22), people.student()
    body = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60, "weeks": 3}
    series = call("POST", SERIES, token=student.access, json_body=body).json
    terms(tutor, cancellation_notice=LONG)
    assert {notice(student, each["id"]) for each in series["reservations"]} == {PROMISED}
    for verb, more in (("reschedule", new_time(at(12))), ("cancel", ANY)):
        answer = call("POST", f"{SERIES}{series['id']}/{verb}/", token=student.access, json_body=more)
        assert answer.status == 200, answer


def test_bookings_of_earlier_releases_follow_the_current_terms(people: People) -> None:
    tutor, student = people.tutor(), people.student()
    booking = insert_booking(student, tutor, at(10)).id
    for current in (PROMISED, LONG, SHORT):
        terms(tutor, cancellation_notice=current)
        assert notice(student, booking) == current


def test_the_tutor_is_still_not_bound_by_the_deadline(people: People) -> None:
    tutor, student = free_tutor(people, cancellation_notice=LONG), people.student()
    booking = booked(student, tutor, at(10))["id"]
    assert query("SELECT cancellation_notice FROM bookings") == [(LONG,)]
    assert post(tutor, f"{booking}/cancel/", REASON).json["state"] == "cancelled"
