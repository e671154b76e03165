"""Who is offered a seat that becomes free, and who is not."""

from typing import Any

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
    inconsistencies,
    offered,
    post,
    state,
    sweep,
    wait,
)
from tests.support.move_proposals import proposed
from tests.support.people import People, Person, insert, query


def group(people: People, tutor: Person) -> tuple[list[int], Person]:
    """Fill a group of two; return its bookings and a student on its waitlist."""
    seats, waiting = [booked(people.student(), tutor, at(10), kind="group") for _ in range(2)], people.student()
    assert wait(waiting, seats[0]["session"]).status == 201
    return [each["id"] for each in seats], waiting


def test_declining_a_request_closes_the_waitlist(people: People) -> None:
    tutor, student, waiting = free_tutor(people, confirmation="manual"), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(waiting, reservation["session"])
    assert post(tutor, f"tutor/me/decline/{reservation['id']}/", REASON).status == 200
    assert entries(waiting)[0]["state"] == "closed"
    assert sweep()["passed_on"] == 0
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


@pytest.mark.parametrize("verb", ["cancel", "decline"])
def test_a_group_seat_that_the_tutor_cancels_or_declines_is_offered_to_the_waitlist(people: People, verb: str) -> None:
    tutor = free_tutor(people, group_seats=2, confirmation="automatic" if verb == "cancel" else "manual")
    [first, second], waiting = group(people, tutor)
    paths = {"cancel": "{}/cancel/", "decline": "tutor/me/decline/{}/"}
    assert post(tutor, paths[verb].format(first), REASON).status == 200
    assert state(offered(waiting)) == ("pending", "student")
    assert_error(book(people.student(), tutor, at(10), kind="group"), 409, "session_full")
    assert post(tutor, paths[verb].format(second), REASON).status == 200
    assert post(waiting, f"{offered(waiting)}/accept/").status == 200
    assert inconsistencies() == []


def test_cancelling_the_last_seat_of_a_group_closes_its_waitlist(people: People) -> None:
    """While a move is proposed, its seats are not offered."""
    tutor = free_tutor(people, group_seats=2)
    bookings, waiting = group(people, tutor)
    proposed(tutor, bookings[0], at(15))
    for booking, found in zip(bookings, ("waiting", "closed"), strict=True):
        assert post(tutor, f"{booking}/cancel/", REASON).status == 200
        assert entries(waiting)[0]["state"] == found
    assert query("SELECT count(*) FROM tutoring_sessions WHERE taken") == [(0,)]
    assert inconsistencies() == []


def test_a_seat_that_the_tutor_cancels_is_offered_once_the_proposal_to_move_is_withdrawn(people: People) -> None:
    tutor = free_tutor(people, group_seats=2)
    [first, second], waiting = group(people, tutor)
    proposed(tutor, first, at(15))
    assert post(tutor, f"{first}/cancel/", REASON).status == 200
    assert post(tutor, f"{second}/proposal/withdraw/", {}).status == 200
    sweep()
    assert state(offered(waiting)) == ("pending", "student")
    assert inconsistencies() == []


def test_cancelling_a_series_offers_its_seats_to_the_waitlists_of_their_groups(people: People) -> None:
    tutor, student, waiting = free_tutor(people, days=8, group_seats=2), people.student(), people.student()
    body: dict[str, Any] = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60, "kind": "group"}
    series = call("POST", SERIES, token=student.access, json_body={**body, "weeks": 2}).json
    sessions = [each["session"] for each in series["reservations"]]
    assert post(people.student(), "", {"session": sessions[0]}).status == 201
    assert wait(waiting, sessions[0]).status == 201
    assert call("POST", f"{SERIES}{series['id']}/cancel/", token=tutor.access, json_body=REASON).status == 200
    assert state(offered(waiting)) == ("pending", "student")
    assert query("SELECT taken FROM tutoring_sessions ORDER BY id") == [(True,), (False,)]
    assert inconsistencies() == []


def test_a_newcomer_cannot_take_a_seat_ahead_of_the_waitlist(people: People) -> None:
    """After an account is deleted, its seat is free until the sweep offers it."""
    tutor, students = free_tutor(people, group_seats=2), [people.student() for _ in range(4)]
    session = booked(students[0], tutor, at(10), kind="group")["session"]
    booked(students[1], tutor, at(10), kind="group")
    wait(students[2], session)
    query("DELETE FROM users WHERE id = %s", students[0].id)
    assert_error(post(students[3], "", {"session": session}), 409, "session_full")
    assert_error(book(students[3], tutor, at(10), kind="group"), 409, "session_full")
    assert sweep()["passed_on"] == 1
    assert state(offered(students[2])) == ("pending", "student")


def test_beyond_the_first_ten_of_a_waitlist_the_sweep_makes_the_offer(people: People) -> None:
    """A cancellation locks the first ten of a waitlist; if they are all busy, the next waits for the sweep."""
    tutor, other, student = free_tutor(people), free_tutor(people, group_seats=10), people.student()
    reservation, waiting = booked(student, tutor, at(10)), [people.student() for _ in range(11)]
    for each in waiting:
        insert("waitlist_entries", {"session_id": reservation["session"], "student_id": each.id})
    for each in waiting[:10]:
        booked(each, other, at(10), kind="group")
    assert post(student, f"{reservation['id']}/cancel/").status == 200
    assert [entries(each)[0]["state"] for each in waiting] == ["missed"] * 10 + ["waiting"]
    assert sweep()["passed_on"] == 1
    assert state(offered(waiting[10])) == ("pending", "student")
    assert inconsistencies() == []
