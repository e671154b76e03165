"""Groups: several students in one session."""

from zoneinfo import ZoneInfo

from tests.support.booking_client import assert_error, at, book, booked, free_tutor, inconsistencies, post, terms
from tests.support.people import People

WARSAW = ZoneInfo("Europe/Warsaw")
OWN = {
    "non_field_errors": ["You cannot make a reservation for yourself"],
    "detail": "Nie można rezerwować zajęć u siebie.",
    "code": "own_slot",
}


def test_a_group_has_several_seats_at_the_group_price(people: People) -> None:
    tutor = free_tutor(people, group_seats=3, group_price=40)
    students = [people.student() for _ in range(4)]
    first = booked(students[0], tutor, at(10), kind="group")
    assert (first["kind"], first["seat"], first["seats"], first["price"]) == ("group", 1, 3, "40.00")
    second = post(students[1], "", {"session": first["session"], "note": "x"})
    assert (second.status, second.json["seat"], second.json["session"]) == (201, 2, first["session"])
    third = booked(students[2], tutor, at(10), kind="group")
    assert (third["seat"], third["session"]) == (3, first["session"])
    assert_error(post(students[3], "", {"session": first["session"]}), 409, "session_full")
    assert_error(book(students[3], tutor, at(10), kind="group"), 409, "session_full")
    assert_error(book(students[3], tutor, at(10)), 409, "slot_taken")
    assert_error(book(students[3], tutor, at(10.5), kind="group"), 409, "slot_taken")
    assert inconsistencies() == []


def test_joining_a_group_is_refused(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    group = booked(people.student(), tutor, at(10), kind="group")
    alone = booked(people.student(), tutor, at(12))
    assert post(tutor, "", {"session": group["session"]}).json == OWN
    assert post(student, "", {"session": alone["session"]}).status == 404
    assert list(post(student, "", {"session": group["session"], "form": "in_person"}).json) == ["form"]
    assert list(post(student, "", {"session": group["session"], "kind": "individual"}).json) == ["kind"]
    for name, value in (("length", 60), ("end_time", at(11).isoformat())):
        assert list(post(student, "", {"session": group["session"], name: value}).json) == ["non_field_errors"]
    assert post(student, "", {"session": group["session"]}).status == 201
    for again in (post(student, "", {"session": group["session"]}), book(student, tutor, at(10), kind="group")):
        assert_error(again, 409, "already_booked")
    terms(tutor, minimum_notice=43200)
    assert_error(post(people.student(), "", {"session": group["session"]}), 409, "too_short_notice")
