"""Time off that conflicts with bookings: refused with a list of them, or cancelling them on request."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from functions.availability.actions import overrides
from tests.support.availability_client import OVERRIDES, every_day, put
from tests.support.availability_client import call as call_availability
from tests.support.booking_client import (
    DAY,
    at,
    book,
    booked,
    free_tutor,
    history,
    inconsistencies,
    offered,
    post,
    state,
    wait,
)
from tests.support.booking_protection import no_deadlock
from tests.support.lambda_client import Answer
from tests.support.people import People, Person, query
from tests.support.races import at_once

OFF = {"kind": "off", "first_day": f"{DAY.date()}", "start": "10:00", "end": "12:00"}
CANCELLING = {**OFF, "cancel_bookings": True, "reason": "Choroba"}
DEPRECATED = "/api/availability/overrides/me/"


def take_off(tutor: Person, body: Any = None, path: str = OVERRIDES) -> Answer:
    return call_availability("POST", path, token=tutor.access, json_body=body or OFF)


def tutor_in_london(people: People, **columns: Any) -> Person:
    """Return a tutor in London who offers every hour of every week."""
    tutor = free_tutor(people, days=0, time_zone="Europe/London", **columns)
    put(tutor, *every_day("00:00", "24:00"))
    return tutor


def overrides_now() -> int:
    return int(query("SELECT count(*) FROM hours_overrides")[0][0])


@pytest.mark.parametrize("path", [OVERRIDES, DEPRECATED])
def test_time_off_over_bookings_is_refused_with_a_list_of_them(people: People, path: str) -> None:
    tutor, one, other = tutor_in_london(people), people.student(), people.student()
    first, second = booked(one, tutor, at(9.5)), booked(other, tutor, at(11.5))
    answer = take_off(tutor, path=path)
    assert (answer.status, answer.json["code"], answer.json["count"]) == (409, "bookings_in_the_way", 2)
    assert [each["id"] for each in answer.json["bookings"]] == [first["id"], second["id"]]
    shown = answer.json["bookings"][0]
    assert [each["student"]["id"] for each in answer.json["bookings"]] == [str(one.id), str(other.id)]
    assert shown.pop("student").keys() == {"id", "first_name", "last_name"}
    assert shown == {
        "id": first["id"],
        "session": first["session"],
        "state": "confirmed",
        "kind": "individual",
        "start_time": first["start_time"],
        "end_time": first["end_time"],
    }
    assert overrides_now() == 0
    assert state(first["id"]) == ("confirmed", None)


def test_requests_conflict_too(people: People) -> None:
    tutor = tutor_in_london(people, confirmation="manual")
    booked(people.student(), tutor, at(10))
    assert [each["state"] for each in take_off(tutor).json["bookings"]] == ["pending"]


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (9, {}),
        (12, {}),
        (10, {"kind": "extra"}),
        (10, {"first_day": f"{(DAY - timedelta(days=1)).date()}", "last_day": f"{(DAY - timedelta(days=1)).date()}"}),
        (10, {"first_day": f"{(DAY + timedelta(days=1)).date()}", "last_day": "9999-12-31"}),
    ],
)
def test_time_off_next_to_a_booking_does_not_affect_it(people: People, start: float, more: dict[str, str]) -> None:
    tutor = tutor_in_london(people)
    reservation = booked(people.student(), tutor, at(start))
    assert take_off(tutor, {**CANCELLING, **more}).status == 201
    assert state(reservation["id"]) == ("confirmed", None)


def test_hours_off_apply_to_each_of_several_days_in_the_tutor_s_zone(people: People) -> None:
    tutor = free_tutor(people, days=3, time_zone="Pacific/Auckland")
    # On the next day: 11:30 or, when it is winter there, 9:30; and eight hours later.
    inside, outside = booked(people.student(), tutor, at(22.5)), booked(people.student(), tutor, at(30.5))
    days = {"first_day": f"{(DAY - timedelta(days=2)).date()}", "last_day": f"{(DAY + timedelta(days=9)).date()}"}
    [listed] = take_off(tutor, {**OFF, **days}).json["bookings"]
    assert listed["id"] == inside["id"]
    assert take_off(tutor, {**CANCELLING, **days}).status == 201
    assert [state(each["id"])[0] for each in (inside, outside)] == ["cancelled", "confirmed"]


def test_cancelled_and_past_bookings_do_not_conflict(people: People) -> None:
    tutor, student = tutor_in_london(people), people.student()
    reservation = booked(student, tutor, at(10))
    assert post(student, f"{reservation['id']}/cancel/").status == 200
    assert take_off(tutor).status == 201


def test_bookings_are_cancelled_with_a_reason_on_request(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[bool] = []
    monkeypatch.setattr(overrides, "trigger_dispatch", lambda: woken.append(True))
    tutor = tutor_in_london(people)
    members = [people.student() for _ in range(3)]
    group = [booked(each, tutor, at(10), kind="group") for each in members]
    alone, spared = booked(people.student(), tutor, at(11)), booked(people.student(), tutor, at(14))
    assert take_off(tutor, {**CANCELLING, "reason": " "}).json == {"reason": ["To pole jest wymagane."]}
    assert take_off(tutor, CANCELLING).status == 201
    for each in (*group, alone):
        assert state(each["id"]) == ("cancelled", None)
        assert history(each["id"])[-1] == ("cancelled", "confirmed", "cancelled", "tutor")
    changes = "SELECT DISTINCT actor_id, reason, dispatched_at FROM booking_changes WHERE kind = 'cancelled'"
    assert query(changes) == [(tutor.id, "Choroba", None)]
    assert state(spared["id"]) == ("confirmed", None)
    assert (overrides_now(), woken) == (1, [True])
    assert query("SELECT DISTINCT starts_at FROM tutoring_sessions WHERE taken") == [(at(14),)]
    assert inconsistencies() == []


def test_their_waitlists_are_closed_and_offers_cancelled(people: People) -> None:
    tutor = tutor_in_london(people)
    student, first, second = people.student(), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    for each in (first, second):
        assert wait(each, reservation["session"]).status == 201
    assert post(student, f"{reservation['id']}/cancel/").status == 200
    offer = offered(first)
    assert take_off(tutor).json["count"] == 1
    assert take_off(tutor, CANCELLING).status == 201
    assert state(offer) == ("cancelled", None)
    assert query("SELECT state FROM waitlist_entries ORDER BY id") == [("left",), ("closed",)]
    assert inconsistencies() == []


def test_nothing_is_cancelled_if_the_time_off_is_refused(people: People) -> None:
    tutor = tutor_in_london(people)
    reservation = booked(people.student(), tutor, at(10))
    query(
        "INSERT INTO hours_overrides (tutor_id, kind, first_day, last_day)"
        " SELECT %s, 'off', current_date + n, current_date + n FROM generate_series(1, 500) AS n",
        tutor.tutor_id,
    )
    assert take_off(tutor, CANCELLING).json["code"] == "too_many_overrides"
    assert state(reservation["id"]) == ("confirmed", None)
    assert history(reservation["id"])[1:] == []


def booked_over_time_off() -> bool:
    """Return whether a booking exists where its tutor has taken time off."""
    active = query("SELECT count(*) FROM bookings WHERE state IN ('pending', 'confirmed')")
    return overrides_now() > 0 and active != [(0,)]


def race(people: People) -> list[Answer]:
    """Take time off while students book, cancel and join waitlists."""
    tutor = tutor_in_london(people)
    students = [people.student() for _ in range(5)]
    reservation = booked(students[0], tutor, at(10))
    actions: list[Callable[[], Answer]] = [
        partial(take_off, tutor, CANCELLING),
        partial(take_off, tutor),
        partial(post, students[0], f"{reservation['id']}/cancel/"),
        partial(wait, students[1], reservation["session"]),
        *(partial(book, each, tutor, at(start)) for each, start in zip(students[2:], (10, 11, 11.5), strict=True)),
    ]
    return at_once(*actions)


@pytest.mark.parametrize("rounds", [6, pytest.param(60, marks=pytest.mark.proof)])
def test_a_booking_concurrent_with_time_off_comes_first_or_fails(people: People, rounds: int) -> None:
    with no_deadlock():
        for _ in range(rounds):
            answers = race(people)
            assert max(each.status for each in answers) < 500, answers
            assert answers[0].status == 201
            assert not booked_over_time_off()
            assert inconsistencies() == []
            query("TRUNCATE hours_overrides, tutoring_sessions, bookings, booking_changes, waitlist_entries CASCADE")


def test_without_the_locks_bookings_remain_in_time_off(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overrides, "lock_schedule", lambda _db, _tutor, _students=(): None)
    for _ in range(30):
        answers = race(people)
        if max(each.status for each in answers) >= 500 or booked_over_time_off():
            return
        query("TRUNCATE hours_overrides, tutoring_sessions, bookings, booking_changes, waitlist_entries CASCADE")
    pytest.fail("the locks are of no use")
