"""Reservations in version 2: bookings of slots (docs/contract-newer.md, section 4)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.notifications.dispatch_job import handler as dispatch
from tests.events.recorded import recorded
from tests.support.booking_rows import PENDING, insert_booking
from tests.support.browser import Browser
from tests.support.people import People, Person, insert, query

SignedIn = Callable[[Person], Browser]
BOOK = "reservation/reservation/"
STUDENTS, TUTORS = f"{BOOK}user/me/", f"{BOOK}tutor/me/"


def add_slot(tutor: Person, days: int = 3) -> int:
    starts_at = (datetime.now(UTC) + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
    return int(insert("schedule_items", {"tutor_id": tutor.tutor_id, **times}))


def test_a_slot_can_be_reserved_only_once(signed_in: SignedIn, people: People) -> None:
    tutor, ola = people.tutor(), people.student()
    item, student = add_slot(tutor), signed_in(ola)
    made = student("POST", BOOK, {"schedule_item": item, "unknown": 1})
    assert made.status == 201
    wanted = {"is_confirmed": True, "user": str(ola.id), "tutor": tutor.tutor_id, "schedule_item": item}
    assert made.json.items() >= wanted.items()
    assert {"id", "created_at"} <= made.json.keys()
    [slot] = student("GET", f"user/tutor/schedule/{tutor.tutor_id}/").json
    assert slot["is_reserved"] is True
    for asked in (student, signed_in(people.student())):
        again = asked("POST", BOOK, {"schedule_item": item})
        assert (again.status, type(again.json["detail"])) == (409, str)
    assert query("SELECT count(*) FROM bookings") == [(1,)]


def test_an_invalid_slot_is_refused_with_an_error_of_the_slot(
    browser: Browser, signed_in: SignedIn, people: People
) -> None:
    tutor = people.tutor()
    item, student = add_slot(tutor), signed_in(people.student())
    assert browser("POST", BOOK, {"schedule_item": item}).status == 401
    unknown = student("POST", BOOK, {"schedule_item": 99})
    assert (unknown.status, unknown.json) == (
        400,
        {"schedule_item": ['Błędny klucz główny "99" - obiekt nie istnieje.']},
    )
    missing = {"schedule_item": ["To pole jest wymagane."]}
    assert [student("POST", BOOK, body).json for body in ({}, {"schedule_item": None})] == [missing] * 2
    assert list(student("POST", BOOK, {"schedule_item": "x"}).json) == ["schedule_item"]
    own = signed_in(tutor)("POST", BOOK, {"schedule_item": item})
    assert (own.status, own.json["non_field_errors"]) == (400, ["You cannot make a reservation for yourself"])
    past = student("POST", BOOK, {"schedule_item": add_slot(tutor, days=-3)})
    assert (past.status, past.json["detail"]) == (409, "Ten termin już minął.")


def test_both_sides_see_a_reservation_with_slot_and_person(signed_in: SignedIn, people: People) -> None:
    tutor, ola = people.tutor(first_name="Jan"), people.student(first_name="Ola")
    student = signed_in(ola)
    first, second = add_slot(tutor, days=5), add_slot(tutor, days=3)
    for item in (first, second):
        assert student("POST", BOOK, {"schedule_item": item}).status == 201
    mine, theirs = student("GET", STUDENTS).json, signed_in(tutor)("GET", TUTORS).json
    assert (
        [each["schedule_item"]["id"] for each in mine]
        == [each["schedule_item"]["id"] for each in theirs]
        == [first, second]
    )
    picture = f"{student.entry.own}/static/media/uploads/user/default.jpg"
    person = {"last_name": "Nowak", "profile_image": picture}
    assert mine[0]["tutor"] == {"id": tutor.tutor_id, "first_name": "Jan", **person}
    assert theirs[0]["user"] == {"id": str(ola.id), "first_name": "Ola", **person}
    assert (mine[0]["user"], theirs[0]["tutor"]) == (str(ola.id), tutor.tutor_id)
    assert {"id", "start_time", "end_time", "is_reserved"} == mine[0]["schedule_item"].keys()
    assert mine[0]["is_confirmed"] is mine[0]["schedule_item"]["is_reserved"] is True
    assert student("GET", TUTORS).status == 403


def test_a_reservation_is_unconfirmed_until_the_tutor_confirms_it(signed_in: SignedIn, people: People) -> None:
    tutor, ola = people.tutor(), people.student()
    booking = insert_booking(ola, tutor, **PENDING)
    student = signed_in(ola)

    def shown() -> list[tuple[Any, Any]]:
        return [(each["is_confirmed"], each["schedule_item"]["is_reserved"]) for each in student("GET", STUDENTS).json]

    assert shown() == [(False, False)]
    teacher = signed_in(tutor)
    for side, asker in ((STUDENTS, student), (TUTORS, teacher)):
        assert asker("GET", f"{side}?is_confirmed=true").json == []
        assert len(asker("GET", f"{side}?is_confirmed=false").json) == 1
    confirmed = teacher("POST", f"{TUTORS}confirm/{booking.id}/")
    assert (confirmed.status, shown()) == (200, [(True, True)])
    booking.become("cancelled")
    assert shown() == []


def test_a_reservation_remains_when_its_accounts_are_deleted(signed_in: SignedIn, people: People) -> None:
    tutor, ola = people.tutor(), people.student()
    insert_booking(ola, tutor)
    query("UPDATE bookings SET student_id = NULL")
    [theirs] = signed_in(tutor)("GET", TUTORS).json
    assert (theirs["user"]["first_name"], theirs["user"]["last_name"]) == ("", "")
    assert theirs["user"]["profile_image"].startswith("http")


def test_the_tutor_is_notified_and_marks_the_notification_as_read(
    browser: Browser, signed_in: SignedIn, people: People
) -> None:
    tutor, student = people.tutor(), signed_in(people.student())
    told = signed_in(tutor)
    assert told("GET", "notification/list/?p=1&page_size=8").json["count"] == 0
    assert student("POST", BOOK, {"schedule_item": add_slot(tutor)}).status == 201
    dispatch(recorded("schedule_dispatch"), None)
    page = told("GET", "notification/list/?p=1&page_size=8").json
    assert list(page) == ["count", "next", "previous", "results"]
    [note] = page["results"]
    assert note["notification"]["message"].startswith("Nowa rezerwacja: Ola Nowak")
    assert (type(note["id"]), note["is_read"]) == (int, False)
    path = f"notification/is_read/{note['id']}/"
    marked = told("PATCH", path, {"is_read": True, "id": 5})
    assert (marked.status, marked.json) == (200, {**note, "is_read": True})
    assert student("PATCH", path, {"is_read": True}).status == 404
    assert browser("PATCH", path, {"is_read": True}).status == 401
    assert list(told("PATCH", path, {}).json) == ["is_read"]
    assert told("GET", "notification/list/?p=2").json == {"detail": "Niepoprawna strona."}


def test_the_next_page_of_notifications_has_an_absolute_url(signed_in: SignedIn, people: People) -> None:
    ola = people.student()
    for number in range(3):
        insert("notifications", {"user_id": ola.id, "kind": "booking_booked", "message": str(number)})
    student = signed_in(ola)
    first = student("GET", "notification/list/?p=1&page_size=2").json
    assert first["next"] == f"{student.entry.own}/v2/api/notification/list/?p=2&page_size=2"
    second = student("GET", first["next"].removeprefix(student.entry.own)).json
    shown = [each["notification"]["message"] for each in first["results"] + second["results"]]
    assert (shown, first["count"], second["next"]) == (["2", "1", "0"], 3, None)
