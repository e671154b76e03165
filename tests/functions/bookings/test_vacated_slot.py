"""The slot that a moved session leaves: its waitlist is offered it as if the session had been cancelled."""

import re
from datetime import datetime
from typing import Any

import psycopg
import pytest

from shared.kit.settings import settings
from tests.conftest import read_settings_again
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
    state,
    sweep,
    terms,
    wait,
)
from tests.support.lambda_client import Answer
from tests.support.move_proposals import answer_to
from tests.support.people import People, Person, insert, query


def move(person: Person, reservation: Any, start: datetime, **more: Any) -> Answer:
    return post(person, f"{reservation['id']}/reschedule/", {"start_time": start.isoformat(), **more})


def place(person: Person) -> tuple[str, datetime]:
    """Return the state of the person's only waitlist entry, and the time it is for."""
    [entry] = entries(person)
    return entry["state"], datetime.fromisoformat(entry["start_time"])


@pytest.mark.parametrize("confirmation", ["automatic", "manual"])
def test_the_vacated_slot_is_offered_to_the_first_on_the_waitlist(people: People, confirmation: str) -> None:
    tutor = free_tutor(people, confirmation=confirmation, buffer_before=10, buffer_after=20)
    student, first, second = people.student(), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    for each in (first, second):
        assert wait(each, reservation["session"]).status == 201
    moved = move(student, reservation, at(12), length=90)
    assert (moved.status, moved.json["session"], moved.json["state"]) == (
        200,
        reservation["session"],
        reservation["state"],
    )
    booking = offered(first)
    assert (state(booking), history(booking)) == (
        ("pending", "student"),
        [("offered", None, "pending", "system")],
    )
    assert (place(first), place(second)) == (("offered", at(10)), ("waiting", at(10)))
    assert entries(second)[0]["position"] == 1
    assert_error(book(people.student(), tutor, at(10)), 409, "slot_taken")
    assert_error(book(people.student(), tutor, at(12)), 409, "slot_taken")
    accepted = post(first, f"{booking}/accept/").json
    assert (accepted["start_time"], accepted["end_time"]) == (reservation["start_time"], reservation["end_time"])
    assert (accepted["price"], accepted["form"]) == (reservation["price"], reservation["form"])
    assert state(reservation["id"])[0] == reservation["state"]
    assert inconsistencies() == []


def test_the_meeting_room_moves_with_the_booking(people: People) -> None:
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    assert move(student, reservation, at(12)).json["meeting_url"] == reservation["meeting_url"]
    room = post(first, f"{offered(first)}/accept/").json["meeting_url"]
    assert room.startswith("https://meet.jit.si/")
    assert room != reservation["meeting_url"]


def test_meeting_rooms_follow_the_setting_and_change_with_the_student(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in a session that was booked before the setting changed."""
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    monkeypatch.setenv("MEETING_URL", "https://video.example/korepetycje/")
    read_settings_again()
    assert post(student, f"{reservation['id']}/cancel/").status == 200
    ours = re.compile(r"https://video\.example/korepetycje/Korepetycje-[\w-]{22}")
    assert ours.fullmatch(post(first, f"{offered(first)}/accept/").json["meeting_url"])
    assert ours.fullmatch(booked(student, tutor, at(12))["meeting_url"])


def test_a_tutor_s_own_room_is_kept(people: People) -> None:
    tutor, student, first = (
        free_tutor(people, meeting_url="https://meet.jit.si/ola"),
        people.student(),
        people.student(),
    )
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    assert post(student, f"{reservation['id']}/cancel/").status == 200
    assert post(first, f"{offered(first)}/accept/").json["meeting_url"] == "https://meet.jit.si/ola"


def test_an_offer_of_a_vacated_slot_passes_to_the_next(people: People) -> None:
    tutor, student, first, second = free_tutor(people), people.student(), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    for each in (first, second):
        wait(each, reservation["session"])
    booked(first, free_tutor(people), at(10.5))
    assert move(student, reservation, at(12)).status == 200
    assert place(first) == ("missed", at(10))
    query("UPDATE bookings SET expires_at = now() WHERE id = %s", offered(second))
    assert sweep()["expired"] == 1
    assert place(second) == ("missed", at(10))
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


def test_the_slot_is_free_if_the_waitlist_is_empty_by_then(people: People) -> None:
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    left = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat()}
    assert call("DELETE", WAITLIST, token=first.access, json_body=left).status == 200
    assert move(student, reservation, at(12)).status == 200
    assert place(first) == ("left", at(10))
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


def test_a_student_from_the_waitlist_can_vacate_the_slot_again(people: People) -> None:
    """The slot then passes to the next on the waitlist."""
    tutor, student, first, second = free_tutor(people), people.student(), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    for each in (first, second):
        wait(each, reservation["session"])
    move(student, reservation, at(12))
    booking = offered(first)
    assert_error(move(first, {"id": booking}, at(15)), 409, "wrong_state")
    post(first, f"{booking}/accept/")
    assert move(first, {"id": booking}, at(15)).status == 200
    assert (place(first), place(second)) == (("taken", at(10)), ("offered", at(10)))
    assert inconsistencies() == []


@pytest.mark.parametrize(("start", "length"), [(10.5, 60), (9.5, 60), (10, 30), (11, 60)])
def test_the_waitlist_is_closed_if_the_moved_session_is_still_in_the_way(
    people: People, start: float, length: int
) -> None:
    tutor, student, first = free_tutor(people, buffer_after=15), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    assert move(student, reservation, at(start), length=length).status == 200
    assert place(first) == ("closed", at(10))
    assert inconsistencies() == []


@pytest.mark.parametrize(
    ("limit", "day", "found"), [("day", 0, "closed"), ("day", 1, "offered"), ("week", 1, "closed")]
)
def test_the_waitlist_is_closed_if_the_tutor_s_limit_is_reached(
    people: People, limit: str, day: int, found: str
) -> None:
    tutor, student, first = free_tutor(people, days=2), people.student(), people.student()
    terms(tutor, **{f"max_per_{limit}": 1})
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    assert move(student, reservation, at(12, day)).status == 200
    assert place(first) == (found, at(10))
    assert inconsistencies() == []


def test_a_slot_that_the_tutor_vacates_is_not_offered(people: People) -> None:
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    assert move(tutor, reservation, at(12), reason="Choroba").status == 200
    assert answer_to(student, reservation["id"], "accept").status == 200
    assert place(first) == ("closed", at(10))
    assert sweep()["passed_on"] == 0
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


def test_an_offered_seat_moves_with_its_group_but_the_waitlist_does_not(people: People) -> None:
    tutor, students = free_tutor(people, group_seats=2), [people.student() for _ in range(4)]
    group = [booked(each, tutor, at(10), kind="group") for each in students[:2]]
    for each in students[2:]:
        wait(each, group[0]["session"])
    post(students[0], f"{group[0]['id']}/cancel/")
    assert move(tutor, group[1], at(12), reason="Choroba").status == 200
    assert answer_to(students[1], group[1]["id"], "accept").json["session"] == group[1]["session"]
    assert (place(students[2]), place(students[3])) == (("offered", at(12)), ("closed", at(10)))
    read = {"start_time": at(12).isoformat(), "end_time": at(13).isoformat()}
    assert post(students[2], f"{offered(students[2])}/accept/", read).json["session"] == group[1]["session"]
    assert inconsistencies() == []


def test_a_moved_session_of_a_series_leaves_its_slot_to_the_waitlist(people: People) -> None:
    tutor, student, first = free_tutor(people, days=9), people.student(), people.student()
    series = booked(student, tutor, at(10), weeks=2)["reservations"]
    wait(first, series[1]["session"])
    assert move(student, series[0], at(12)).status == 200
    assert place(first) == ("waiting", at(10, 7))
    assert move(student, series[1], at(12, 7)).json["series"] == series[1]["series"]
    assert place(first) == ("offered", at(10, 7))
    assert inconsistencies() == []


def test_a_move_does_not_wait_for_an_account_that_is_being_deleted(people: People) -> None:
    """Only the first on a long waitlist are locked; meanwhile the account of a later one is deleted."""
    tutor, student, students_waiting = free_tutor(people), people.student(), [people.student() for _ in range(12)]
    reservation = booked(student, tutor, at(10))
    for each in students_waiting:
        insert("waitlist_entries", {"session_id": reservation["session"], "student_id": each.id})
    with psycopg.connect(settings().database_url) as other:
        other.execute("SELECT FROM users WHERE id = %s FOR UPDATE", (students_waiting[10].id,))
        assert move(student, reservation, at(12)).status == 200
        other.execute("DELETE FROM users WHERE id = %s", (students_waiting[10].id,))
    assert (place(students_waiting[0]), place(students_waiting[11])) == (("offered", at(10)), ("waiting", at(10)))
    assert inconsistencies() == []
