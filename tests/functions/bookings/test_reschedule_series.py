"""Moving a whole weekly series, or from one session on."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.booking_client import (
    REASON,
    SERIES,
    assert_error,
    at,
    book,
    booked,
    call,
    entries,
    free_tutor,
    history,
    inconsistencies,
    start_in,
    sweep,
    terms,
    wait,
)
from tests.support.booking_protection import no_deadlock
from tests.support.lambda_client import Answer
from tests.support.notifications import dispatch, notified
from tests.support.people import People, Person, query
from tests.support.races import at_once

Series = tuple[str, list[int]]


def booked_series(student: Person, tutor: Person, weeks: int = 3) -> Series:
    body = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60, "weeks": weeks}
    answer = call("POST", SERIES, token=student.access, json_body=body)
    assert answer.status == 201, answer
    return answer.json["id"], [each["id"] for each in answer.json["reservations"]]


def post(person: Person, series_id: str, path: str, body: Any = None) -> Answer:
    return call("POST", f"{SERIES}{series_id}/{path}/", token=person.access, json_body=body or {})


def answer_to(person: Person, series_id: str, verb: str) -> Answer:
    """Answer all open proposals of the series; accepting names them."""
    found = query(
        "SELECT held.id FROM tutoring_sessions held JOIN bookings b ON b.session_id = held.moves_session_id"
        " WHERE b.series_id = %s",
        series_id,
    )
    body = {"proposals": [each for (each,) in found]} if verb == "accept" else {}
    return post(person, series_id, f"proposal/{verb}", body)


def move(person: Person, series_id: str, start: datetime, **more: Any) -> Answer:
    return post(person, series_id, "reschedule", {"start_time": start.isoformat(), **more})


def times(bookings: list[int]) -> list[datetime]:
    return [start for (start,) in query("SELECT starts_at FROM bookings WHERE id = ANY(%s) ORDER BY id", bookings)]


@pytest.mark.parametrize("days", [-7, -1, 0, 1, 7])
def test_a_student_s_move_shifts_every_session_equally(people: People, days: int) -> None:
    tutor, student = free_tutor(people, days=29), people.student()
    for day in (-7, -1):
        query(
            "INSERT INTO schedule_items (tutor_id, starts_at, ends_at, source) VALUES (%s, %s, %s, 'explicit')",
            *(tutor.tutor_id, at(0, day), at(24, day)),
        )
    series_id, bookings = booked_series(student, tutor)
    answer = move(student, series_id, at(12, days))
    assert (answer.status, len(answer.json["reservations"])) == (200, 3), answer
    assert times(bookings) == [at(12, days + week) for week in (0, 7, 14)]
    assert [history(each)[-1] for each in bookings] == [("rescheduled", "confirmed", "confirmed", "student")] * 3
    assert book(people.student(), tutor, at(10, 7)).status == 201
    assert inconsistencies() == []


def test_it_can_be_moved_from_one_session_on_and_to_another_length(people: People) -> None:
    tutor, student = free_tutor(people, days=16), people.student()
    series_id, bookings = booked_series(student, tutor)
    assert move(student, series_id, at(14, 8), from_reservation=bookings[1], length=90).status == 200
    assert times(bookings) == [at(10), at(14, 8), at(14, 15)]
    assert query("SELECT DISTINCT price FROM bookings WHERE id = ANY(%s)", bookings[1:])[0][0] == 150


def test_the_time_of_day_stays_when_the_clocks_change(people: People) -> None:
    """After the last Sunday of October the sessions are an hour later in UTC."""
    tutor, student = free_tutor(people, days=8, booking_window=365), people.student()
    terms(tutor, time_zone="Europe/Warsaw")
    series_id, bookings = booked_series(student, tutor, 2)
    warsaw = ZoneInfo("Europe/Warsaw")
    spring = datetime(at(0).year + (at(0).month > 3), 3, 31, 12, tzinfo=warsaw)
    spring -= timedelta(days=(spring.weekday() + 1) % 7 + 3)
    answer = move(tutor, series_id, spring, **REASON)
    assert answer.status == 200, answer
    proposed = [datetime.fromisoformat(each["proposal"]["start_time"]) for each in answer.json["reservations"]]
    assert [each.astimezone(warsaw).hour for each in proposed] == [12, 12]
    assert proposed[1] - proposed[0] == timedelta(days=7, hours=-1)
    assert len(bookings) == 2


def test_conflicts_are_listed_and_nothing_is_moved(people: People) -> None:
    tutor, student = free_tutor(people, days=15), people.student()
    series_id, bookings = booked_series(student, tutor)
    booked(people.student(), tutor, at(12, 7))
    booked(student, free_tutor(people, days=15), at(12, 14))
    for person, more in ((student, {}), (tutor, REASON)):
        answer = move(person, series_id, at(12), **more)
        assert_error(answer, 409, "series_conflict")
        assert [each["code"] for each in answer.json["conflicts"]] == ["slot_taken", "student_busy"]
        assert datetime.fromisoformat(answer.json["conflicts"][0]["start_time"]) == at(12, 7)
    assert times(bookings) == [at(10), at(10, 7), at(10, 14)]
    assert query("SELECT count(*) FROM tutoring_sessions WHERE moves_session_id IS NOT NULL") == [(0,)]
    assert inconsistencies() == []


@pytest.mark.parametrize("verb", ["accept", "decline", "withdraw"])
def test_a_tutor_s_proposal_for_a_series_is_answered_as_a_whole(people: People, verb: str) -> None:
    tutor, student = free_tutor(people, days=15), people.student()
    series_id, bookings = booked_series(student, tutor)
    assert list(move(tutor, series_id, at(10.5)).json) == ["reason"]
    answer = move(tutor, series_id, at(10.5), **REASON)
    assert [each["proposal"]["accepted"] for each in answer.json["reservations"]] == [False] * 3
    assert len({each["proposal"]["expires_at"] for each in answer.json["reservations"]}) == 1
    assert times(bookings) == [at(10), at(10, 7), at(10, 14)]
    dispatch()
    assert ["seria zajęć (3)" in text for text in notified(student)] == [True]
    other = student if verb == "withdraw" else tutor
    assert answer_to(other, series_id, verb).status in {403, 404}
    for stranger in (people.tutor(), people.student()):
        assert answer_to(stranger, series_id, verb).status in {403, 404}
    person = tutor if verb == "withdraw" else student
    answer = answer_to(person, series_id, verb)
    assert [each["proposal"] for each in answer.json["reservations"]] == [None] * 3
    start = 10.5 if verb == "accept" else 10
    assert times(bookings) == [at(start), at(start, 7), at(start, 14)]
    assert_error(answer_to(person, series_id, verb), 409, "wrong_state")
    dispatch()
    told = notified(student if verb == "withdraw" else tutor)
    assert "seria zajęć (3)" in told[-1]
    assert len(told) == 2
    assert inconsistencies() == []


def test_only_the_proposals_that_were_read_can_be_accepted(people: People) -> None:
    """So the price is as read: the tutor may have proposed another length since, for some sessions or all."""
    tutor, student = free_tutor(people, days=15), people.student()
    series_id, bookings = booked_series(student, tutor)

    def proposals() -> list[int]:
        shown = call("GET", f"{SERIES}{series_id}/", token=student.access).json["reservations"]
        return [each["proposal"]["id"] for each in shown]

    read = []
    for first, length in ((bookings[0], 120), (bookings[0], 60), (bookings[2], 90)):
        assert move(
            tutor, series_id, at(15, 14 * (first == bookings[2])), from_reservation=first, length=length, **REASON
        )
        read.append(proposals())
    assert read[1][:2] == read[2][:2]
    for another in (*read[:2], read[2][:2], [*read[2], 2**40], []):
        answer = post(student, series_id, "proposal/accept", {"proposals": another})
        assert_error(answer, 409, "proposal_changed")
    for body in ({}, {"proposals": None}, {"proposals": 1}, {"proposals": ["x"]}, {"proposals": [1] * 27}):
        answer = post(student, series_id, "proposal/accept", body)
        assert (answer.status, [key[:9] for key in answer.json]) == (400, ["proposals"]), answer
    assert times(bookings) == [at(10), at(10, 7), at(10, 14)]
    assert post(student, series_id, "proposal/accept", {"proposals": read[2][::-1]}).status == 200
    assert query("SELECT price FROM bookings ORDER BY id") == [(100,), (100,), (150,)]
    assert inconsistencies() == []


def test_an_expired_proposal_leaves_the_series_in_place(people: People) -> None:
    tutor, student = free_tutor(people, days=15), people.student()
    series_id, bookings = booked_series(student, tutor)
    assert move(tutor, series_id, at(15), **REASON).status == 200
    query("UPDATE tutoring_sessions SET held_until = now() WHERE moves_session_id IS NOT NULL")
    assert_error(answer_to(student, series_id, "accept"), 409, "expired")
    assert sweep()["proposals"] == 3
    assert times(bookings) == [at(10), at(10, 7), at(10, 14)]
    assert inconsistencies() == []


def test_strangers_and_late_requests_cannot_move_it(people: People) -> None:
    tutor, student = free_tutor(people, days=15), people.student()
    series_id, bookings = booked_series(student, tutor)
    for person in (people.student(), people.tutor()):
        assert move(person, series_id, at(12), **REASON).status == 404
    assert list(move(student, series_id, at(12), from_reservation=10**9).json) == ["from_reservation"]
    assert move(student, series_id, at(10)).status == 200
    assert history(bookings[0])[1:] == []
    assert_error(move(student, series_id, at(-24 * 60)), 409, "in_the_past")
    assert_error(move(tutor, series_id, at(-24 * 60), **REASON), 409, "in_the_past")
    start_in(bookings[0], hours=1)
    assert_error(move(student, series_id, at(12)), 409, "too_late_to_reschedule")
    assert_error(move(tutor, series_id, at(12), **REASON), 409, "too_late_to_reschedule")
    assert move(student, series_id, at(12, 7), from_reservation=bookings[1]).status == 200
    query("UPDATE bookings SET state = 'completed' WHERE id = ANY(%s)", bookings)
    query("UPDATE booking_changes SET to_state = 'completed'")
    assert_error(move(student, series_id, at(12)), 409, "wrong_state")


def test_the_vacated_slots_are_offered_to_the_waitlists(people: People) -> None:
    tutor, student, waiting = free_tutor(people, days=22), people.student(), people.student()
    series_id, bookings = booked_series(student, tutor)
    [(session,)] = query("SELECT session_id FROM bookings WHERE id = %s", bookings[0])
    assert wait(waiting, session).status == 201
    assert move(student, series_id, at(10, 7)).status == 200
    assert [(each["state"], datetime.fromisoformat(each["start_time"])) for each in entries(waiting)] == [
        ("offered", at(10))
    ]
    assert inconsistencies() == []


@pytest.mark.usefixtures("rate_limits")
def test_it_counts_as_one_change_in_the_hourly_limit(people: People) -> None:
    tutor, student = free_tutor(people, days=60, booking_window=365), people.student()
    series_id, _ = booked_series(student, tutor, 8)
    for hour in range(11, 20):
        assert move(student, series_id, at(hour)).status == 200
    assert_error(move(student, series_id, at(20)), 429, "throttled")


def test_concurrent_changes_by_both_sides_end_in_one_cancellation(people: People) -> None:
    tutor, student = free_tutor(people, days=15), people.student()
    with no_deadlock():
        for _ in range(4):
            series_id, bookings = booked_series(student, tutor)
            answers = at_once(
                partial(move, student, series_id, at(12)),
                partial(move, tutor, series_id, at(14), **REASON),
                partial(post, tutor, series_id, "cancel", REASON),
                partial(answer_to, student, series_id, "accept"),
            )
            assert {answer.status for answer in answers} <= {200, 409}
            assert query("SELECT DISTINCT state FROM bookings WHERE id = ANY(%s)", bookings) == [("cancelled",)]
    assert inconsistencies() == []
