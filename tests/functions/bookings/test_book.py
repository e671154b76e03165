"""Booking schedule items, parts of them and slots, and what cannot be booked."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from functions.bookings.data.lookups import find_booking
from shared.kit.db.pool import connection
from tests.support.booking_client import (
    assert_error,
    at,
    book,
    booked,
    free_tutor,
    history,
    offer,
    post,
    state,
    terms,
)
from tests.support.people import People, insert, query

WARSAW = ZoneInfo("Europe/Warsaw")
OWN = {
    "non_field_errors": ["You cannot make a reservation for yourself"],
    "detail": "Nie można rezerwować zajęć u siebie.",
    "code": "own_slot",
}


def test_an_item_entered_by_hand_can_be_booked_whole_at_any_length(people: People) -> None:
    tutor, student = people.tutor(tutor={"price": 90}), people.student()
    item = offer(tutor, at(8), at(9.75))
    answer = post(student, "", {"schedule_item": item, "note": " Całki "})
    assert answer.status == 201
    reservation = answer.json
    assert reservation | {"id": 0, "created_at": "", "updated_at": "", "session": 0, "meeting_url": ""} == {
        "id": 0,
        "is_confirmed": True,
        "created_at": "",
        "updated_at": "",
        "user": str(student.id),
        "tutor": tutor.tutor_id,
        "schedule_item": item,
        "state": "confirmed",
        "awaiting": None,
        "expires_at": None,
        "start_time": at(8).astimezone(WARSAW).isoformat(),
        "end_time": at(9.75).astimezone(WARSAW).isoformat(),
        "kind": "individual",
        "form": "online",
        "seat": 1,
        "seats": 1,
        "price": "157.50",
        "currency": "PLN",
        "location": "",
        "meeting_url": "",
        "note": "Całki",
        "session": 0,
        "series": None,
        "cancellable_until": at(-4).astimezone(WARSAW).isoformat(),
    }
    assert re.fullmatch(r"https://meet\.jit\.si/Korepetycje-[\w-]{22}", reservation["meeting_url"])
    assert history(reservation["id"]) == [("confirmed", None, "confirmed", "student")]
    assert_error(post(people.student(), "", {"schedule_item": item}), 409, "slot_taken")


def test_an_item_made_from_rules_can_be_booked_whole_only_at_an_offered_length(people: People) -> None:
    tutor, student = people.tutor(), people.student()
    odd, fit = offer(tutor, at(8), at(9.5), "rule"), offer(tutor, at(10), at(11), "rule")
    assert_error(post(student, "", {"schedule_item": odd}), 409, "slot_not_offered")
    assert post(student, "", {"schedule_item": fit}).status == 201


def test_a_part_of_an_item_can_be_booked(people: People) -> None:
    tutor, student = people.tutor(), people.student()
    terms(tutor, session_lengths=[45, 60])
    item = offer(tutor, at(8), at(12))
    first = post(student, "", {"schedule_item": item, "start_time": at(9).isoformat(), "length": 45})
    assert (first.status, first.json["schedule_item"]) == (201, item)
    body = {"schedule_item": item, "start_time": at(10).isoformat(), "end_time": at(11).isoformat()}
    assert post(student, "", body).status == 201
    assert_error(post(student, "", body | {"start_time": at(10.5).isoformat()}), 409, "slot_not_offered")
    outside = {"schedule_item": item, "start_time": at(11.5).isoformat(), "length": 60}
    assert_error(post(student, "", outside), 409, "slot_not_offered")


def test_a_slot_may_span_items_that_touch(people: People) -> None:
    tutor = people.tutor()
    offer(tutor, at(8), at(9))
    offer(tutor, at(9), at(10))
    assert book(people.student(), tutor, at(8.5)).status == 201


@pytest.mark.parametrize(
    ("columns", "start", "length", "code"),
    [
        ({"session_lengths": [60]}, 10, 45, "slot_not_offered"),
        ({}, 24, 60, "slot_not_offered"),
        ({"minimum_notice": 43200}, 10, 60, "too_short_notice"),
        ({}, -24 * 30, 60, "in_the_past"),
    ],
)
def test_what_the_terms_do_not_allow_is_refused(
    people: People, columns: Any, start: float, length: int, code: str
) -> None:
    tutor = free_tutor(people, **columns)
    assert_error(book(people.student(), tutor, at(start), length), 409, code)
    assert query("SELECT count(*) FROM tutoring_sessions") == [(0,)]


def test_items_made_from_rules_are_bookable_only_within_the_booking_window(people: People) -> None:
    tutor, student = people.tutor(), people.student()
    terms(tutor, booking_window=3)
    offer(tutor, at(8), at(9), "rule")
    offer(tutor, at(10), at(11))
    assert_error(book(student, tutor, at(8)), 409, "beyond_window")
    assert book(student, tutor, at(10)).status == 201


@pytest.mark.parametrize("day", [70, 400, 365 * 50])
def test_a_date_beyond_the_booking_window_has_its_own_error(people: People, day: int) -> None:
    tutor, student = free_tutor(people, booking_window=60), people.student()
    assert_error(book(student, tutor, at(10, day)), 409, "beyond_window")
    assert_error(book(student, tutor, at(10, 7)), 409, "slot_not_offered")


def test_buffers_keep_sessions_apart(people: People) -> None:
    tutor, student = free_tutor(people, buffer_before=10, buffer_after=15), people.student()
    booked(student, tutor, at(10))
    assert_error(book(people.student(), tutor, at(11.25)), 409, "slot_taken")
    assert_error(book(people.student(), tutor, at(8.75)), 409, "slot_taken")
    assert book(people.student(), tutor, at(11.5)).status == 201
    assert book(people.student(), tutor, at(8.5)).status == 201


def test_limits_per_day_and_week(people: People) -> None:
    tutor = free_tutor(people, days=9, max_per_day=1, max_per_week=2)
    booked(people.student(), tutor, at(10))
    assert_error(book(people.student(), tutor, at(14)), 409, "day_full")
    booked(people.student(), tutor, at(10, 1))
    assert_error(book(people.student(), tutor, at(10, 2)), 409, "week_full")
    assert book(people.student(), tutor, at(10, 7)).status == 201


def test_a_student_cannot_be_in_two_sessions_at_once(people: People) -> None:
    first, second, student = free_tutor(people), free_tutor(people), people.student()
    booked(student, first, at(10))
    assert_error(book(student, second, at(10.5)), 409, "student_busy")
    assert book(student, second, at(11)).status == 201


def test_a_tutor_who_takes_lessons_is_busy_in_both_roles(people: People) -> None:
    teacher, pupil = free_tutor(people), free_tutor(people)
    booked(people.student(), pupil, at(10))
    assert_error(book(pupil, teacher, at(10.5)), 409, "student_busy")
    booked(pupil, teacher, at(14))
    assert_error(book(people.student(), pupil, at(14.5)), 409, "slot_taken")


def test_tutors_cannot_book_themselves(people: People) -> None:
    tutor = free_tutor(people)
    item = offer(tutor, at(30), at(31))
    for answer in (book(tutor, tutor, at(10)), post(tutor, "", {"schedule_item": item})):
        assert (answer.status, answer.json) == (400, OWN)


def test_hidden_and_unknown_tutors_items_and_sessions_are_not_found(people: People) -> None:
    hidden, student = people.tutor(confirmed_at=None), people.student()
    item = offer(hidden, at(8), at(9))
    for body in (
        {"schedule_item": item},
        {"schedule_item": 10**18},
        {"session": 1},
        {"tutor": hidden.tutor_id, "start_time": at(8).isoformat(), "length": 60},
        {"tutor": 2**31 - 1, "start_time": at(8).isoformat(), "length": 60},
    ):
        assert post(student, "", body).status == 404, body


@pytest.mark.parametrize(
    ("offered", "wanted", "form", "location"),
    [
        ({"online_sessions": True, "in_person_sessions": True}, None, "online", ""),
        ({"online_sessions": False, "in_person_sessions": True}, None, "in_person", "Rzeszów"),
        ({"online_sessions": True, "in_person_sessions": True}, "in_person", "in_person", "Rzeszów"),
    ],
)
def test_a_session_is_online_by_default_if_the_tutor_offers_it(
    people: People, offered: Any, wanted: str | None, form: str, location: str
) -> None:
    tutor = free_tutor(people, tutor={"location": "Rzeszów", **offered})
    asked: dict[str, Any] = {"form": wanted} if wanted else {}
    reservation = booked(people.student(), tutor, at(10), **asked)
    assert (reservation["form"], reservation["location"]) == (form, location)
    assert bool(reservation["meeting_url"]) == (form == "online")


def test_kinds_and_forms_that_the_tutor_does_not_offer_are_refused(people: People) -> None:
    tutor = free_tutor(people, tutor={"individual_sessions": False})
    assert list(book(people.student(), tutor, at(10)).json) == ["kind"]
    alone = free_tutor(people, tutor={"group_sessions": False, "online_sessions": False, "in_person_sessions": True})
    assert list(book(people.student(), alone, at(10), kind="group").json) == ["kind"]
    assert list(book(people.student(), alone, at(10), form="online").json) == ["form"]


def test_the_tutor_s_own_room_and_the_price_of_part_of_an_hour(people: People) -> None:
    tutor = free_tutor(people, tutor={"price": 100}, meeting_url="https://room.example/ola")
    reservation = booked(people.student(), tutor, at(10), 30 + 15)
    assert (reservation["meeting_url"], reservation["price"], reservation["currency"]) == (
        "https://room.example/ola",
        "75.00",
        "PLN",
    )
    query("UPDATE tutors SET price = 10")
    assert booked(people.student(), tutor, at(11), 30)["price"] == "5.00"
    assert query("SELECT price::text FROM bookings ORDER BY id") == [("75.00",), ("5.00",)]


def test_a_request_is_held_for_two_days_if_the_tutor_confirms_by_hand(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    reservation = booked(student, tutor, at(10))
    assert (reservation["is_confirmed"], reservation["state"], reservation["awaiting"]) == (False, "pending", "tutor")
    assert reservation["meeting_url"] == ""
    left = datetime.fromisoformat(reservation["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=47, minutes=59) < left <= timedelta(hours=48)
    assert history(reservation["id"]) == [("requested", None, "pending", "student")]
    assert_error(book(people.student(), tutor, at(10)), 409, "slot_taken")


def test_a_hold_ends_no_later_than_the_session_starts(people: People) -> None:
    tutor = people.tutor()
    start = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=5)
    offer(tutor, start, start + timedelta(hours=1))
    terms(tutor, confirmation="manual")
    reservation = booked(people.student(), tutor, start)
    assert reservation["expires_at"] == reservation["start_time"]


def test_deleting_items_does_not_touch_bookings(people: People) -> None:
    tutor, student = people.tutor(), people.student()
    item = offer(tutor, at(8), at(9))
    reservation = post(student, "", {"schedule_item": item}).json
    query("DELETE FROM schedule_items")
    assert state(reservation["id"]) == ("confirmed", None)
    insert("schedule_items", {"tutor_id": tutor.tutor_id, "starts_at": at(8), "ends_at": at(9)})
    assert_error(book(people.student(), tutor, at(8)), 409, "slot_taken")
    with connection() as db:
        found = find_booking(db, reservation["id"])
    assert found is not None
    assert found.length == timedelta(hours=1)
