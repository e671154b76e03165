"""The waitlists of full sessions: who gets a seat that becomes free, and when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.booking_client import (
    WAITLIST,
    assert_error,
    at,
    book,
    booked,
    call,
    entries,
    free_tutor,
    history,
    inconsistencies,
    offered,
    post,
    shift,
    state,
    sweep,
    terms,
    wait,
)
from tests.support.lambda_client import Answer
from tests.support.people import People, Person, query


def leave(person: Person, body: dict[str, Any]) -> Answer:
    return call("DELETE", WAITLIST, token=person.access, json_body=body)


def cancel(person: Person, reservation: Any, **body: Any) -> None:
    assert post(person, f"{reservation['id']}/cancel/", body).status == 200


def test_a_cancelled_seat_is_offered_to_the_first_on_the_waitlist(people: People) -> None:
    tutor, student, first, second = free_tutor(people), people.student(), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    waiting = wait(first, reservation["session"])
    assert (waiting.status, waiting.json["position"], waiting.json["state"]) == (201, 1, "waiting")
    by_time = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat()}
    assert call("POST", WAITLIST, token=second.access, json_body=by_time).json["position"] == 2
    cancel(student, reservation)
    booking = offered(first)
    assert state(booking) == ("pending", "student")
    details = call("GET", f"/api/reservation/reservation/{booking}/", token=first.access).json
    left = datetime.fromisoformat(details["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    assert history(booking) == [("offered", None, "pending", "system")]
    assert_error(book(people.student(), tutor, at(10)), 409, "slot_taken")
    accepted = post(first, f"{booking}/accept/").json
    assert (accepted["state"], accepted["session"]) == ("confirmed", reservation["session"])
    assert accepted["meeting_url"] != reservation["meeting_url"]
    assert entries(first)[0]["state"] == "taken"
    assert entries(second)[0]["position"] == 1
    assert inconsistencies() == []


def test_a_declined_or_expired_offer_passes_to_the_next(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    students_waiting = [people.student() for _ in range(3)]
    reservation = booked(student, tutor, at(10))
    for each in students_waiting:
        wait(each, reservation["session"])
    cancel(student, reservation)
    cancel(students_waiting[0], {"id": offered(students_waiting[0])})
    assert entries(students_waiting[0])[0]["state"] == "left"
    second = offered(students_waiting[1])
    query("UPDATE bookings SET expires_at = now() WHERE id = %s", second)
    assert sweep()["expired"] == 1
    assert (state(second), entries(students_waiting[1])[0]["state"]) == (("expired", None), "missed")
    assert_error(post(students_waiting[1], f"{second}/accept/"), 409, "wrong_state")
    third = offered(students_waiting[2])
    query("UPDATE bookings SET expires_at = now() WHERE id = %s", third)
    sweep()
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


def test_students_who_are_busy_by_then_are_passed_over(people: People) -> None:
    tutor, student, busy, free = free_tutor(people), people.student(), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    for each in (busy, free):
        wait(each, reservation["session"])
    booked(busy, free_tutor(people), at(10.5))
    cancel(student, reservation)
    assert entries(busy)[0]["state"] == "missed"
    assert state(offered(free)) == ("pending", "student")


def test_an_accepted_offer_becomes_a_request_if_the_tutor_confirms_by_hand(people: People) -> None:
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    cancel(student, reservation)
    terms(tutor, confirmation="manual")
    booking = offered(first)
    accepted = post(first, f"{booking}/accept/").json
    assert (accepted["state"], accepted["awaiting"]) == ("pending", "tutor")
    assert_error(post(first, f"{booking}/accept/"), 409, "wrong_state")
    assert post(tutor, f"tutor/me/confirm/{booking}/").json["state"] == "confirmed"
    assert [step[:3] for step in history(booking)] == [
        ("offered", None, "pending"),
        ("requested", "pending", "pending"),
        ("confirmed", "pending", "confirmed"),
    ]


def test_a_session_that_the_tutor_cancels_is_not_offered(people: People) -> None:
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    cancel(tutor, reservation, reason="Choroba")
    assert entries(first)[0]["state"] == "closed"
    assert sweep()["passed_on"] == 0
    assert book(people.student(), tutor, at(10)).status == 201


def test_an_offered_seat_of_a_group_is_held(people: People) -> None:
    tutor, students = free_tutor(people, group_seats=2), [people.student() for _ in range(4)]
    group = [booked(each, tutor, at(10), kind="group") for each in students[:2]]
    wait(students[2], group[0]["session"])
    cancel(students[0], group[0])
    assert_error(post(students[3], "", {"session": group[0]["session"]}), 409, "session_full")
    booking = offered(students[2])
    assert query("SELECT seat FROM bookings WHERE id = %s", booking) == [(1,)]
    assert post(students[2], f"{booking}/accept/").status == 200
    assert inconsistencies() == []


def test_joining_a_waitlist_is_refused(people: People) -> None:
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    group = booked(student, tutor, at(12), kind="group")
    session = reservation["session"]
    assert_error(wait(student, session), 409, "already_booked")
    assert wait(tutor, session).status == 400
    assert_error(wait(first, group["session"]), 409, "not_full")
    assert wait(first, session).status == 201
    assert_error(wait(first, session), 409, "already_waiting")
    for body in ({}, {"tutor": 1}, {"session": session, "tutor": 1, "start_time": at(10).isoformat()}):
        answer = call("POST", WAITLIST, token=first.access, json_body=body)
        assert (answer.status, list(answer.json)) == (400, ["non_field_errors"])
    nowhere = {"tutor": tutor.tutor_id, "start_time": f"{at(10):%Y-%m-%dT%H:%M}"}
    for method in ("POST", "DELETE"):
        answer = call(method, WAITLIST, token=first.access, json_body=nowhere)
        assert (answer.status, list(answer.json)) == (400, ["start_time"])
    shift(reservation["id"], timedelta(days=-30))
    assert wait(people.student(), session).status == 404


@pytest.mark.parametrize(("hour", "status"), [(10, 409), (23, 409), (23.75, 404), (-24 * 30, 404), (24, 404)])
def test_a_time_that_can_be_booked_has_no_waitlist(people: People, hour: float, status: int) -> None:
    """At a quarter to midnight no length fits."""
    tutor = free_tutor(people)
    body = {"tutor": tutor.tutor_id, "start_time": at(hour).isoformat()}
    answer = call("POST", WAITLIST, token=people.student().access, json_body=body)
    assert (answer.status, answer.json.get("code")) == (status, "not_full" if status == 409 else None), answer


def test_the_id_of_other_people_s_session_reveals_nothing(people: People) -> None:
    tutor, student, stranger = free_tutor(people, group_seats=2), people.student(), people.student()
    single, group = (booked(student, tutor, at(hour), kind=kind) for hour, kind in ((10, "individual"), (12, "group")))

    def join(person: Person, session: int) -> Answer:
        return call("POST", WAITLIST, token=person.access, json_body={"session": session})

    unknown = join(stranger, 10**9)
    for found in (join(stranger, single["session"]), leave(stranger, {"session": single["session"]})):
        assert (found.status, found.json) == (unknown.status, unknown.json) == (404, unknown.json)
    assert_error(join(student, single["session"]), 409, "already_booked")
    assert_error(join(stranger, group["session"]), 409, "not_full")
    assert wait(stranger, single["session"]).status == 201
    assert_error(join(stranger, single["session"]), 409, "already_waiting")
    assert leave(stranger, {"session": single["session"]}).status == 200
    assert join(stranger, single["session"]).status == 201


def test_leaving_a_waitlist(people: People) -> None:
    tutor, student, first, second = free_tutor(people), people.student(), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    full_session = {"session": reservation["session"]}
    assert leave(first, full_session).status == 404
    for each in (first, second):
        wait(each, reservation["session"])
    left = leave(first, full_session)
    assert (left.status, left.json[0]["state"]) == (200, "left")
    cancel(student, reservation)
    booking = offered(second)
    assert leave(second, full_session).json[0]["state"] == "left"
    assert state(booking) == ("cancelled", None)
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


def test_leaving_a_waitlist_by_the_id_of_the_entry(people: People) -> None:
    tutor, student, first, second = free_tutor(people), people.student(), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    mine, other = (wait(each, reservation["session"]).json["id"] for each in (first, second))

    def leave_entry(person: Person, entry: int) -> Answer:
        return call("DELETE", f"{WAITLIST}{entry}/", token=person.access)

    for entry in (other, 10**15, 10**39):
        assert leave_entry(first, entry).status == 404
    left = leave_entry(first, mine)
    assert (left.status, left.json) == (200, entries(first)[0])
    assert left.json["state"] == "left"
    assert leave_entry(first, mine).status == 404
    cancel(student, reservation)
    booking = offered(second)
    assert leave_entry(second, other).json["state"] == "left"
    assert state(booking) == ("cancelled", None)
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


def test_the_id_of_an_earlier_entry_does_not_leave_a_later_one(people: People) -> None:
    tutor, first = free_tutor(people), people.student()
    session = booked(people.student(), tutor, at(10))["session"]
    old = wait(first, session).json["id"]
    assert leave(first, {"session": session}).status == 200
    wait(first, session)
    assert call("DELETE", f"{WAITLIST}{old}/", token=first.access).status == 404
    assert entries(first)[0]["state"] == "waiting"


def test_entries_come_in_pages(people: People) -> None:
    tutor, first = free_tutor(people), people.student()
    for hour in (8, 10, 12):
        wait(first, booked(people.student(), tutor, at(hour))["session"])
    page = call("GET", f"{WAITLIST}me/?page_size=2&p=2", token=first.access).json
    assert page == {
        "count": 3,
        "next": None,
        "previous": f"{WAITLIST}me/?p=1&page_size=2",
        "results": entries(first)[2:],
    }
    assert call("GET", f"{WAITLIST}me/?p=9", token=first.access).status == 404
    assert call("GET", f"{WAITLIST}me/", token=people.student().access).json["results"] == []


def test_the_sweep_offers_a_seat_that_was_freed_without_an_offer(people: People) -> None:
    """For example because a student joined the waitlist while the seat was being freed."""
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    query("UPDATE bookings SET state = 'cancelled'")
    assert sweep()["passed_on"] == 1
    assert state(offered(first)) == ("pending", "student")
    assert sweep()["passed_on"] == 0


@pytest.mark.parametrize("kind", ["individual", "group"])
def test_the_sweep_closes_the_waitlist_of_a_session_that_has_started(people: People, kind: str) -> None:
    tutor, student, first = free_tutor(people, group_seats=2), people.student(), people.student()
    reservation = booked(student, tutor, at(10), kind=kind)
    if kind == "group":
        booked(people.student(), tutor, at(10), kind=kind)
    wait(first, reservation["session"])
    query(
        "UPDATE tutoring_sessions SET starts_at = now() - interval '1 minute', busy_from = now() - interval '1 minute'"
    )
    sweep()
    assert entries(first)[0]["state"] == "closed"
