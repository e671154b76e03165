"""Requests that are sent twice with the same key."""

from functools import partial

import pytest

from shared.kit.db import idempotency_keys
from tests.support.booking_client import assert_error, at, book, booked, free_tutor, post, sweep
from tests.support.booking_protection import no_deadlock
from tests.support.people import People, Person, query
from tests.support.races import at_once


def test_a_repeated_request_with_the_same_key_gets_the_first_answer(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    first = book(student, tutor, at(10), key="a")
    assert book(student, tutor, at(10), key="a").body == first.body
    post(student, f"{first.json['id']}/cancel/")
    again = book(student, tutor, at(10), key="a")
    assert (again.status, again.body) == (201, first.body)
    assert query("SELECT state FROM bookings") == [("cancelled",)]


def test_an_error_is_repeated_too(people: People) -> None:
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
def test_malformed_keys_are_refused(people: People, key: str) -> None:
    tutor, student = free_tutor(people), people.student()
    answer = book(student, tutor, at(10), key=key.encode().decode("latin-1"))
    assert (answer.status, list(answer.json)) == (400, ["Idempotency-Key"])
    assert book(student, tutor, at(10), key="x" * 255).status == 201


def test_keys_are_deleted_after_two_days(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    book(student, tutor, at(10), key="a")
    query("UPDATE idempotency_keys SET created_at = now() - interval '47 hours 59 minutes'")
    assert sweep()["forgotten"] == 0
    query("UPDATE idempotency_keys SET created_at = now() - interval '48 hours 1 second'")
    assert sweep()["forgotten"] == 1
    assert_error(book(student, tutor, at(10), key="a"), 409, "slot_taken")


def keys_of(person: Person) -> list[str]:
    found = query("SELECT key FROM idempotency_keys WHERE user_id = %s ORDER BY created_at", person.id)
    return [key for (key,) in found]


def test_refused_requests_with_fresh_keys_do_not_fill_the_table(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency_keys, "MOST_REFUSED", 3)
    tutor, student, other = free_tutor(people), people.student(), people.student()
    first = book(student, tutor, at(10), key="done")
    assert_error(book(other, tutor, at(10), key="other"), 409, "slot_taken")
    for number in range(8):
        assert_error(book(student, tutor, at(10), key=f"refused-{number}"), 409, "slot_taken")
    assert keys_of(student) == ["done", "refused-5", "refused-6", "refused-7"]
    assert keys_of(other) == ["other"]
    assert book(student, tutor, at(10), key="done").body == first.body


def test_only_the_newest_keys_of_a_user_are_kept(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency_keys, "MOST_DONE", 3)
    tutor, student = free_tutor(people), people.student()
    answers = [book(student, tutor, at(8 + number), key=str(number)) for number in range(5)]
    assert keys_of(student) == ["2", "3", "4"]
    for number in (2, 3, 4):
        assert book(student, tutor, at(8 + number), key=str(number)).body == answers[number].body
    assert keys_of(student) == ["2", "3", "4"]


def test_one_sweep_deletes_thousands_of_old_keys(people: People) -> None:
    student = people.student()
    query(
        "INSERT INTO idempotency_keys (user_id, key, request_hash, status, body, created_at)"
        " SELECT %s, n::text, '', 409, '{}', now() - interval '3 days' FROM generate_series(1, 9000) AS n",
        student.id,
    )
    assert sweep()["forgotten"] == 9000
    assert sweep()["forgotten"] == 0


def test_many_fresh_keys_at_once_do_not_deadlock(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency_keys, "MOST_REFUSED", 3)
    tutor, student = free_tutor(people), people.student()
    booked(people.student(), tutor, at(10))
    with no_deadlock():
        for round_number in range(4):
            calls = [partial(book, student, tutor, at(10), key=f"{round_number}-{each}") for each in range(8)]
            assert {answer.status for answer in at_once(*calls)} == {409}
    book(student, tutor, at(10), key="last")
    assert len(keys_of(student)) <= 3 + 8
