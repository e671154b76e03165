"""Moving a session to another time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.booking_client import (
    REASON,
    WAITLIST,
    assert_error,
    at,
    book,
    booked,
    call,
    free_tutor,
    history,
    inconsistencies,
    new_time,
    offer,
    post,
)
from tests.support.move_proposals import answer_to
from tests.support.people import People, query


def test_the_student_moves_a_booking_to_a_free_slot(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation = booked(student, tutor, at(10))
    answer = post(student, f"{reservation['id']}/reschedule/", new_time(at(15), length=90))
    assert (answer.status, answer.json["price"], answer.json["expires_at"]) == (200, "150.00", None)
    assert answer.json["meeting_url"] == reservation["meeting_url"]
    [change] = query("SELECT kind, old_starts_at FROM booking_changes WHERE kind = 'rescheduled'")
    assert change == ("rescheduled", at(10))
    assert book(people.student(), tutor, at(10)).status == 201
    assert_error(book(people.student(), tutor, at(16)), 409, "slot_taken")
    assert inconsistencies() == []


def test_the_new_time_may_overlap_the_old_one(people: People) -> None:
    tutor, student = free_tutor(people, max_per_day=1), people.student()
    reservation = booked(student, tutor, at(10))
    assert post(student, f"{reservation['id']}/reschedule/", new_time(at(10.5))).status == 200


@pytest.mark.parametrize("length", [{}, {"length": 60}])
def test_moving_to_the_same_time_changes_nothing(people: People, length: Any) -> None:
    tutor, student, waiting = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    assert call("POST", WAITLIST, token=waiting.access, json_body=new_time(at(10), tutor=tutor.tutor_id)).status == 201
    before = query("SELECT sequence, updated_at FROM bookings")
    for person, more in ((student, {}), (tutor, REASON)):
        answer = post(person, f"{reservation['id']}/reschedule/", new_time(at(10), **length, **more))
        assert (answer.status, answer.json) == (200, reservation | {"proposal": None})
    assert query("SELECT sequence, updated_at FROM bookings") == before
    assert history(reservation["id"]) == [("confirmed", None, "confirmed", "student")]
    assert query("SELECT state FROM waitlist_entries") == [("waiting",)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (new_time(at(12)), "slot_taken"),
        (new_time(at(24)), "slot_not_offered"),
        (new_time(at(15), length=50), "slot_not_offered"),
        (new_time(at(-24 * 40)), "in_the_past"),
        (new_time(at(18)), "student_busy"),
        (new_time(at(10, 600)), "beyond_window"),
    ],
)
def test_a_student_can_only_move_within_the_terms(people: People, body: Any, code: str) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation = booked(student, tutor, at(10))
    booked(people.student(), tutor, at(12))
    booked(student, free_tutor(people), at(18))
    assert_error(post(student, f"{reservation['id']}/reschedule/", body), 409, code)
    assert history(reservation["id"]) == [("confirmed", None, "confirmed", "student")]
    assert_error(book(people.student(), tutor, at(10)), 409, "slot_taken")


TWO_YEARS = timedelta(days=2 * 365)
NEXT_DECADE = datetime(2045, 1, 10, 13, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (new_time(at(12) + timedelta(seconds=1)), "start_time"),
        (new_time(at(12) + timedelta(microseconds=1)), "start_time"),
        ({"start_time": f"{at(12):%Y-%m-%dT%H:%M}"}, "start_time"),
        ({"start_time": f"{at(12):%Y-%m-%dT%H:%M}+01:00:30"}, "start_time"),
        ({"start_time": "9990-01-10T10:00Z"}, "start_time"),
        ({"start_time": "9999-12-31T23:59Z"}, "start_time"),
        (new_time(now() + TWO_YEARS + timedelta(hours=1)), "start_time"),
        (new_time(at(12), length=1440), "length"),
        (new_time(at(12), length=481), "length"),
        (new_time(at(12), length=14), "length"),
        (new_time(at(10), length=1440), "length"),
    ],
)
def test_malformed_times_are_refused(people: People, body: Any, field: str) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation = booked(student, tutor, at(10))
    for person in (tutor, student):
        answer = post(person, f"{reservation['id']}/reschedule/", body | REASON)
        assert (answer.status, list(answer.json)) == (400, [field]), answer
    assert query("SELECT starts_at, ends_at FROM bookings") == [(at(10), at(11))]


@pytest.mark.parametrize(
    "body",
    [new_time(at(12), length=15), new_time(at(12), length=480), new_time(now() + TWO_YEARS - timedelta(hours=1))],
)
def test_the_tutor_may_propose_any_valid_time(people: People, body: Any) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation = booked(student, tutor, at(10))
    assert post(tutor, f"{reservation['id']}/reschedule/", body | REASON).status == 200


def test_a_length_out_of_bounds_is_answered_with_the_bounds(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    path = f"{booked(student, tutor, at(10))['id']}/reschedule/"
    for length in (-1, 1, 5, 14, 481, 1440, 1441, 10**12):
        answer = post(student, path, new_time(at(12), length=length))
        assert (answer.status, answer.json) == (400, {"length": ["Zajęcia trwają od 15 do 480 minut."]})


def test_a_session_of_unusual_length_or_beyond_the_window_can_be_moved(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    item = offer(tutor, NEXT_DECADE, NEXT_DECADE + timedelta(hours=10))
    reservation = post(student, "", {"schedule_item": item}).json
    path = f"{reservation['id']}/reschedule/"
    assert post(tutor, path, new_time(NEXT_DECADE + timedelta(hours=1), **REASON)).status == 200
    assert answer_to(student, reservation["id"], "accept").status == 200
    assert post(tutor, path, new_time(at(10), length=600, **REASON)).status == 200


def test_after_the_cut_off_only_the_tutor_can_propose_another_time(people: People) -> None:
    tutor, student = free_tutor(people, cancellation_notice=720), people.student()
    reservation = booked(student, tutor, at(10))
    path = f"{reservation['id']}/reschedule/"
    assert_error(post(student, path, new_time(at(15))), 409, "too_late_to_reschedule")
    assert list(post(tutor, path, new_time(at(15))).json) == ["reason"]
    # Outside the weekly hours: tutors decide about their own time.
    assert post(tutor, path, new_time(at(40), **REASON)).status == 200
    assert_error(post(tutor, path, new_time(at(-24 * 40), **REASON)), 409, "in_the_past")


def test_the_tutor_cannot_move_it_onto_another_session(people: People) -> None:
    tutor, student = free_tutor(people, buffer_after=30), people.student()
    reservation = booked(student, tutor, at(10))
    booked(people.student(), tutor, at(15))
    booked(student, free_tutor(people), at(20))
    path = f"{reservation['id']}/reschedule/"
    assert_error(post(tutor, path, new_time(at(14), **REASON)), 409, "slot_taken")
    assert_error(post(tutor, path, new_time(at(20), **REASON)), 409, "student_busy")


def test_only_the_tutor_moves_a_group_and_all_its_seats_move(people: People) -> None:
    tutor, students = free_tutor(people), [people.student() for _ in range(3)]
    group = [booked(each, tutor, at(10), kind="group") for each in students]
    path = f"{group[0]['id']}/reschedule/"
    assert_error(post(students[0], path, new_time(at(15))), 409, "group_cannot_be_moved")
    busy = booked(students[2], free_tutor(people), at(18))
    assert_error(post(tutor, path, new_time(at(18), **REASON)), 409, "student_busy")
    assert post(tutor, path, new_time(at(15), **REASON)).status == 200
    for student, booking in zip(students, group, strict=True):
        assert answer_to(student, booking["id"], "accept").status == 200
    assert query("SELECT DISTINCT starts_at FROM bookings WHERE id <> %s", busy["id"]) == [(at(15),)]
    assert query("SELECT count(*) FROM booking_changes WHERE kind = 'rescheduled'") == [(3,)]
    assert inconsistencies() == []


def test_a_request_moves_and_is_answered_before_it_starts(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    reservation = booked(student, tutor, at(10))
    moved = post(student, f"{reservation['id']}/reschedule/", new_time(at(12))).json
    assert (moved["state"], moved["expires_at"]) == ("pending", reservation["expires_at"])
