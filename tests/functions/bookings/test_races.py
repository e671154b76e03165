"""Many want the same time at once: exactly one gets it, and there are no server errors.

Every race has a counter-test without its guards, a lock and a constraint: either is enough, without both it fails.
"""

import random
import sys
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Any

import pytest

from tests.support.booking_client import (
    at,
    book,
    booked,
    free_tutor,
    inconsistencies,
    offer,
    post,
)
from tests.support.booking_protection import no_deadlock, without_constraint, without_locks
from tests.support.lambda_client import Answer
from tests.support.people import People, Person, query
from tests.support.races import at_once

SESSIONS = ("tutoring_sessions", "tutoring_sessions_overlap")
STUDENTS = ("bookings", "bookings_student_overlap")
SEATS = ("bookings", "bookings_seat_key")
CALLERS = 8
# How often a race without its guards is repeated until it fails: on a busy machine one may succeed by chance.
TRIES = 5


pytestmark = pytest.mark.usefixtures("any_number_of_bookings")


def figure(text: str) -> None:
    """Print what a proof has counted; `pytest -rA` shows it."""
    sys.stdout.write(text + "\n")


def proof(small: int, full: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rounds", [small, pytest.param(full, marks=pytest.mark.proof)])


def statuses(answers: list[Answer]) -> list[int]:
    return sorted(answer.status for answer in answers)


def busy_tutor(people: People, rounds: int, **columns: Any) -> Person:
    """Return a tutor who is free all day on so many days."""
    tutor = free_tutor(people, days=0, **columns)
    offer(tutor, at(0), at(24, rounds))
    return tutor


# One slot


def race_for_a_slot(people: People, rounds: int, callers: int = 2) -> list[list[int]]:
    tutor, students = busy_tutor(people, rounds), [people.student() for _ in range(callers)]
    return [
        statuses(at_once(*(partial(book, student, tutor, at(10, day)) for student in students)))
        for day in range(rounds)
    ]


@proof(8, 1000)
def test_exactly_one_of_two_students_gets_the_slot(people: People, rounds: int) -> None:
    started = perf_counter()
    with no_deadlock():
        assert race_for_a_slot(people, rounds) == [[201, 409]] * rounds
    assert inconsistencies() == []
    assert query("SELECT count(*) FROM bookings") == [(rounds,)]
    figure(f"two students, one slot: {rounds} times one 201 and one 409, 0 deadlocks, {perf_counter() - started:.0f} s")


def test_the_lock_alone_is_enough(people: People) -> None:
    with without_constraint(*SESSIONS):
        assert race_for_a_slot(people, 3, CALLERS) == [[201, *[409] * (CALLERS - 1)]] * 3


def test_the_constraint_alone_is_enough(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """But it deadlocks, so some requests have to be repeated."""
    without_locks(monkeypatch)
    for found in race_for_a_slot(people, 3, CALLERS):
        assert found.count(201) <= 1
        assert set(found) <= {201, 409, 503}
    assert inconsistencies() == []


def test_without_lock_and_constraint_slots_are_booked_twice(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    with without_constraint(*SESSIONS):
        assert max(found.count(201) for found in race_for_a_slot(people, 10, CALLERS)) > 1
        assert inconsistencies() != []


LENGTHS = [30, 45, 60, 90, 120]


@proof(3, 200)
def test_twenty_students_with_overlapping_ranges_get_no_time_twice(people: People, rounds: int) -> None:
    """Every refused request overlaps an accepted one."""
    chance = random.Random(20)
    tutor, students = (
        busy_tutor(people, rounds, buffer_before=5, buffer_after=10),
        [people.student() for _ in range(20)],
    )
    taken, started = 0, perf_counter()
    with no_deadlock():
        for day in range(rounds):
            wanted = [
                (at(10, day) + timedelta(minutes=5 * chance.randrange(48)), chance.choice(LENGTHS)) for _ in students
            ]
            found = at_once(
                *(partial(book, student, tutor, *slot) for student, slot in zip(students, wanted, strict=True))
            )
            assert set(statuses(found)) == {201, 409}
            assert {answer.json["code"] for answer in found if answer.status == 409} == {"slot_taken"}
            won = [slot for slot, answer in zip(wanted, found, strict=True) if answer.status == 201]
            taken += len(won)
            for start, length in wanted:
                end = start + timedelta(minutes=length + 15)
                assert any(start < s + timedelta(minutes=n + 15) and s < end for s, n in won)
    assert inconsistencies() == []
    figure(
        f"20 clients, unequal ranges: {rounds} rounds, {taken} booked, {20 * rounds - taken} refused, 0 overlaps,"
        f" 0 deadlocks, {perf_counter() - started:.0f} s"
    )


# One student


def race_of_one_student(people: People, rounds: int, tutors: int = 2) -> list[list[int]]:
    student, teachers = people.student(), [busy_tutor(people, rounds) for _ in range(tutors)]
    return [
        statuses(
            at_once(
                *(partial(book, student, tutor, at(10 + 0.25 * place, day)) for place, tutor in enumerate(teachers))
            )
        )
        for day in range(rounds)
    ]


@proof(6, 500)
def test_a_student_gets_one_of_two_overlapping_sessions(people: People, rounds: int) -> None:
    started = perf_counter()
    with no_deadlock():
        assert race_of_one_student(people, rounds) == [[201, 409]] * rounds
    assert inconsistencies() == []
    figure(f"one student, two tutors: {rounds} times exactly one, {perf_counter() - started:.0f} s")


def test_without_lock_and_constraint_a_student_is_in_two_sessions_at_once(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_locks(monkeypatch)
    with without_constraint(*STUDENTS):
        assert max(found.count(201) for found in race_of_one_student(people, 10, 4)) > 1


@proof(3, 100)
def test_a_tutor_does_not_teach_and_take_a_lesson_at_once(people: People, rounds: int) -> None:
    """No constraint prevents it; both decisions take the lock of the person who does both."""
    both, teacher, student = busy_tutor(people, rounds), busy_tutor(people, rounds), people.student()
    with no_deadlock():
        for day in range(rounds):
            found = at_once(partial(book, both, teacher, at(10, day)), partial(book, student, both, at(10.5, day)))
            assert statuses(found) == [201, 409]
    figure(f"teaching and learning at once: {rounds} times exactly one")


def test_without_the_lock_a_tutor_teaches_and_takes_a_lesson_at_once(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_locks(monkeypatch)
    both, teacher, student = busy_tutor(people, 20), busy_tutor(people, 20), people.student()
    doubled = [
        statuses(at_once(partial(book, both, teacher, at(10, day)), partial(book, student, both, at(10.5, day))))
        for day in range(20)
    ]
    assert [201, 201] in doubled


# One key


@proof(3, 100)
def test_a_request_sent_ten_times_is_carried_out_once(people: People, rounds: int) -> None:
    tutor, student = busy_tutor(people, rounds), people.student()
    for day in range(rounds):
        found = at_once(*[partial(book, student, tutor, at(10, day), key=f"key {day}")] * 10)
        assert {(answer.status, answer.body) for answer in found} == {(201, found[0].body)}
    assert query("SELECT count(*) FROM bookings") == [(rounds,)]
    figure(f"one key sent 10 times at once: {rounds} times one booking and ten identical bodies")


def test_without_a_key_all_but_one_are_refused(people: People) -> None:
    tutor, student = busy_tutor(people, 1), people.student()
    found = at_once(*[partial(book, student, tutor, at(10))] * 10)
    assert statuses(found) == [201, *[409] * 9]


# Seats


def race_for_seats(tutor: Person, first: Person, students: list[Person], day: int) -> tuple[int, list[int]]:
    group = booked(first, tutor, at(10, day), kind="group")
    body = {"session": group["session"]}
    return group["id"], statuses(at_once(*(partial(post, student, "", body) for student in students)))


@proof(1, 10)
def test_five_of_fifty_students_get_into_a_group_of_five(people: People, rounds: int) -> None:
    tutor, first, students = busy_tutor(people, rounds), people.student(), [people.student() for _ in range(50)]
    with no_deadlock():
        for day in range(rounds):
            found = statuses(
                at_once(*(partial(book, student, tutor, at(10, day), kind="group") for student in students))
            )
            assert found == [201] * 5 + [409] * 45
            [(booking, owner)] = query("SELECT id, student_id FROM bookings WHERE starts_at = %s LIMIT 1", at(10, day))
            [member] = [student for student in students if student.id == owner]
            assert post(member, f"{booking}/cancel/").status == 200
            others = [student for student in students if student.id != owner][:20]
            joined = at_once(
                *(partial(book, student, tutor, at(10, day), kind="group") for student in [first, *others])
            )
            assert statuses(joined) == [201] + [409] * 20
    assert inconsistencies() == []
    figure(f"group of 5, 50 at once: {rounds} times five 201 and 45 409; a cancellation freed exactly one seat")


def test_without_lock_and_constraint_a_group_overflows(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    tutor, students = busy_tutor(people, TRIES, group_seats=3), [people.student() for _ in range(12)]
    with without_constraint(*SEATS):
        races = (race_for_seats(tutor, people.student(), students, day)[1] for day in range(TRIES))
        assert any(found.count(201) > 2 for found in races)


@proof(2, 30)
def test_a_limit_of_two_sessions_a_day_holds(people: People, rounds: int) -> None:
    tutor, students = busy_tutor(people, rounds, max_per_day=2), [people.student() for _ in range(10)]
    with no_deadlock():
        for day in range(rounds):
            found = at_once(
                *(partial(book, student, tutor, at(2 + 2 * place, day)) for place, student in enumerate(students))
            )
            assert statuses(found) == [201, 201, *[409] * 8]
            assert {answer.json["code"] for answer in found if answer.status == 409} == {"day_full"}
    figure(f"two a day, ten at once: {rounds} times exactly two")


def test_without_the_lock_the_daily_limit_is_exceeded(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    tutor, students = busy_tutor(people, TRIES, max_per_day=2), [people.student() for _ in range(10)]

    def race(day: int) -> list[int]:
        return statuses(
            at_once(*(partial(book, student, tutor, at(2 + 2 * place, day)) for place, student in enumerate(students)))
        )

    assert any(race(day).count(201) > 2 for day in range(TRIES))
