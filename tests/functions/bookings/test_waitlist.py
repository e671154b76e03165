"""The line for full sessions: who gets a seat that becomes free, and when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.booking_client import (
    WAITLIST,
    at,
    book,
    booked,
    call,
    entries,
    free_tutor,
    history,
    offered,
    post,
    problems,
    refused,
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


def test_a_cancelled_seat_is_offered_to_the_first_in_line(people: People) -> None:
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
    refused(book(people.student(), tutor, at(10)), 409, "slot_taken")
    accepted = post(first, f"{booking}/accept/").json
    assert (accepted["state"], accepted["session"]) == ("confirmed", reservation["session"])
    assert accepted["meeting_url"] != reservation["meeting_url"]
    assert entries(first)[0]["state"] == "taken"
    assert entries(second)[0]["position"] == 1
    assert problems() == []


def test_an_offer_refused_or_run_out_goes_to_the_next(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    line = [people.student() for _ in range(3)]
    reservation = booked(student, tutor, at(10))
    for each in line:
        wait(each, reservation["session"])
    cancel(student, reservation)
    cancel(line[0], {"id": offered(line[0])})
    assert entries(line[0])[0]["state"] == "left"
    second = offered(line[1])
    query("UPDATE bookings SET expires_at = now() WHERE id = %s", second)
    assert sweep()["expired"] == 1
    assert (state(second), entries(line[1])[0]["state"]) == (("expired", None), "missed")
    refused(post(line[1], f"{second}/accept/"), 409, "wrong_state")
    third = offered(line[2])
    query("UPDATE bookings SET expires_at = now() WHERE id = %s", third)
    sweep()
    assert book(people.student(), tutor, at(10)).status == 201
    assert problems() == []


def test_whoever_has_no_time_by_then_is_passed_over(people: People) -> None:
    tutor, student, busy, free = free_tutor(people), people.student(), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    for each in (busy, free):
        wait(each, reservation["session"])
    booked(busy, free_tutor(people), at(10.5))
    cancel(student, reservation)
    assert entries(busy)[0]["state"] == "missed"
    assert state(offered(free)) == ("pending", "student")


def test_an_offer_accepted_where_the_tutor_confirms_by_hand_is_a_request(people: People) -> None:
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    cancel(student, reservation)
    terms(tutor, confirmation="manual")
    booking = offered(first)
    accepted = post(first, f"{booking}/accept/").json
    assert (accepted["state"], accepted["awaiting"]) == ("pending", "tutor")
    refused(post(first, f"{booking}/accept/"), 409, "wrong_state")
    assert post(tutor, f"tutor/me/confirm/{booking}/").json["state"] == "confirmed"
    assert [step[:3] for step in history(booking)] == [
        ("offered", None, "pending"),
        ("requested", "pending", "pending"),
        ("confirmed", "pending", "confirmed"),
    ]


def test_what_the_tutor_cancels_is_offered_to_nobody(people: People) -> None:
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    cancel(tutor, reservation, reason="Choroba")
    assert entries(first)[0]["state"] == "closed"
    assert sweep()["passed_on"] == 0
    assert book(people.student(), tutor, at(10)).status == 201


def test_nobody_jumps_the_line_of_a_group(people: People) -> None:
    tutor, students = free_tutor(people, group_seats=2), [people.student() for _ in range(4)]
    group = [booked(each, tutor, at(10), kind="group") for each in students[:2]]
    wait(students[2], group[0]["session"])
    cancel(students[0], group[0])
    refused(post(students[3], "", {"session": group[0]["session"]}), 409, "session_full")
    booking = offered(students[2])
    assert query("SELECT seat FROM bookings WHERE id = %s", booking) == [(1,)]
    assert post(students[2], f"{booking}/accept/").status == 200
    assert problems() == []


def test_who_cannot_wait(people: People) -> None:
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    group = booked(student, tutor, at(12), kind="group")
    session = reservation["session"]
    refused(wait(student, session), 409, "already_booked")
    assert wait(tutor, session).status == 400
    refused(wait(first, group["session"]), 409, "not_full")
    assert wait(first, session).status == 201
    refused(wait(first, session), 409, "already_waiting")
    for body in ({}, {"tutor": 1}, {"session": session, "tutor": 1, "start_time": at(10).isoformat()}):
        answer = call("POST", WAITLIST, token=first.access, json_body=body)
        assert (answer.status, list(answer.json)) == (400, ["non_field_errors"])
    shift(reservation["id"], timedelta(days=-30))
    assert wait(people.student(), session).status == 404


def test_the_id_of_a_session_of_others_says_nothing(people: People) -> None:
    tutor, student, stranger = free_tutor(people, group_seats=2), people.student(), people.student()
    single, group = (booked(student, tutor, at(hour), kind=kind) for hour, kind in ((10, "individual"), (12, "group")))

    def join(person: Person, session: int) -> Answer:
        return call("POST", WAITLIST, token=person.access, json_body={"session": session})

    unknown = join(stranger, 10**9)
    for found in (join(stranger, single["session"]), leave(stranger, {"session": single["session"]})):
        assert (found.status, found.json) == (unknown.status, unknown.json) == (404, unknown.json)
    refused(join(student, single["session"]), 409, "already_booked")
    refused(join(stranger, group["session"]), 409, "not_full")
    assert wait(stranger, single["session"]).status == 201
    refused(join(stranger, single["session"]), 409, "already_waiting")
    assert leave(stranger, {"session": single["session"]}).status == 200
    assert join(stranger, single["session"]).status == 201


def test_leaving_the_line(people: People) -> None:
    tutor, student, first, second = free_tutor(people), people.student(), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    line = {"session": reservation["session"]}
    assert leave(first, line).status == 404
    for each in (first, second):
        wait(each, reservation["session"])
    left = leave(first, line)
    assert (left.status, left.json[0]["state"]) == (200, "left")
    cancel(student, reservation)
    booking = offered(second)
    assert leave(second, line).json[0]["state"] == "left"
    assert state(booking) == ("cancelled", None)
    assert book(people.student(), tutor, at(10)).status == 201
    assert problems() == []


def test_the_sweep_serves_those_who_came_when_the_seat_was_being_freed(people: People) -> None:
    """Ten of the line are locked with a cancellation; here the sweep finds a seat nobody was offered."""
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    query("UPDATE bookings SET state = 'cancelled'")
    assert sweep()["passed_on"] == 1
    assert state(offered(first)) == ("pending", "student")
    assert sweep()["passed_on"] == 0


@pytest.mark.parametrize("kind", ["individual", "group"])
def test_the_sweep_ends_the_line_of_what_has_begun(people: People, kind: str) -> None:
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
