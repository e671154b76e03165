"""Requests that are sent twice with the same key."""

import pytest

from tests.support.booking_client import assert_error, at, book, booked, free_tutor, post, sweep
from tests.support.people import People, query


def test_the_same_key_answers_the_same_again(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    first = book(student, tutor, at(10), key="a")
    assert book(student, tutor, at(10), key="a").body == first.body
    post(student, f"{first.json['id']}/cancel/")
    again = book(student, tutor, at(10), key="a")
    assert (again.status, again.body) == (201, first.body)
    assert query("SELECT state FROM bookings") == [("cancelled",)]


def test_an_error_is_the_answer_too(people: People) -> None:
    tutor, student, rival = free_tutor(people), people.student(), people.student()
    reservation = booked(rival, tutor, at(10))
    first = book(student, tutor, at(10), key="a")
    assert_error(first, 409, "slot_taken")
    post(rival, f"{reservation['id']}/cancel/")
    assert book(student, tutor, at(10), key="a").body == first.body
    assert book(student, tutor, at(10), key="b").status == 201


def test_a_key_belongs_to_one_request_of_one_person(people: People) -> None:
    tutor, student, other = free_tutor(people), people.student(), people.student()
    reservation = book(student, tutor, at(10), key="a").json
    assert_error(book(student, tutor, at(12), key="a"), 422, "idempotency_key_reused")
    assert_error(post(student, f"{reservation['id']}/cancel/", {}, key="a"), 422, "idempotency_key_reused")
    assert book(other, tutor, at(12), key="a").status == 201


@pytest.mark.parametrize("key", ["x" * 256, "zażółć", "a\tb", "a\x00b"])
def test_keys_of_another_form(people: People, key: str) -> None:
    tutor, student = free_tutor(people), people.student()
    answer = book(student, tutor, at(10), key=key.encode().decode("latin-1"))
    assert (answer.status, list(answer.json)) == (400, ["Idempotency-Key"])
    assert book(student, tutor, at(10), key="x" * 255).status == 201


def test_keys_are_forgotten_after_two_days(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    book(student, tutor, at(10), key="a")
    query("UPDATE idempotency_keys SET created_at = now() - interval '47 hours 59 minutes'")
    assert sweep()["forgotten"] == 0
    query("UPDATE idempotency_keys SET created_at = now() - interval '48 hours 1 second'")
    assert sweep()["forgotten"] == 1
    assert_error(book(student, tutor, at(10), key="a"), 409, "slot_taken")
