"""The same time wanted by many at once: exactly one gets it, and nobody an error.

Every race has a twin without its guards, a lock and a constraint; each of the two is enough, without both it fails.
"""

import random
import sys
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Any

import pytest

from tests.support.booking_client import (
    RESERVATIONS,
    at,
    book,
    booked,
    call,
    free_tutor,
    inconsistencies,
    offer,
    post,
    state,
    sweep,
    wait,
)
from tests.support.booking_protection import no_deadlock, without_constraint, without_locks
from tests.support.lambda_client import Answer
from tests.support.people import People, Person, query
from tests.support.races import at_once

SESSIONS = ("tutoring_sessions", "tutoring_sessions_overlap")
STUDENTS = ("bookings", "bookings_student_overlap")
SEATS = ("bookings", "bookings_seat_key")
CALLERS = 8
# How often a race without its guards is run until it goes wrong: on a busy machine one may go well by chance.
TRIES = 5


pytestmark = pytest.mark.usefixtures("any_number_of_bookings")


def figure(text: str) -> None:
    """What a proof has counted; pytest -rA shows it."""
    sys.stdout.write(text + "\n")


def proof(small: int, full: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rounds", [small, pytest.param(full, marks=pytest.mark.proof)])


def statuses(answers: list[Answer]) -> list[int]:
    return sorted(answer.status for answer in answers)


def busy_tutor(people: People, rounds: int, **columns: Any) -> Person:
    """A tutor who offers all the time of so many days."""
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
def test_of_two_students_exactly_one_gets_the_slot(people: People, rounds: int) -> None:
    started = perf_counter()
    with no_deadlock():
        assert race_for_a_slot(people, rounds) == [[201, 409]] * rounds
    assert inconsistencies() == []
    assert query("SELECT count(*) FROM bookings") == [(rounds,)]
    figure(f"two students, one slot: {rounds} times one 201 and one 409, 0 deadlocks, {perf_counter() - started:.0f} s")


def test_the_lock_alone_is_enough(people: People) -> None:
    with without_constraint(*SESSIONS):
        assert race_for_a_slot(people, 3, CALLERS) == [[201, *[409] * (CALLERS - 1)]] * 3


def test_the_constraint_alone_lets_no_two_in(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """But it deadlocks, so some have to come again."""
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
def test_twenty_students_with_ranges_of_many_lengths(people: People, rounds: int) -> None:
    """Those who are refused overlap with one who was not."""
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


def test_without_lock_and_constraint_a_student_is_in_two_sessions(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_locks(monkeypatch)
    with without_constraint(*STUDENTS):
        assert max(found.count(201) for found in race_of_one_student(people, 10, 4)) > 1


@proof(3, 100)
def test_nobody_teaches_and_learns_at_once(people: People, rounds: int) -> None:
    """No constraint holds this; the lock of the one who does both is in both decisions."""
    both, teacher, student = busy_tutor(people, rounds), busy_tutor(people, rounds), people.student()
    with no_deadlock():
        for day in range(rounds):
            found = at_once(partial(book, both, teacher, at(10, day)), partial(book, student, both, at(10.5, day)))
            assert statuses(found) == [201, 409]
    figure(f"teaching and learning at once: {rounds} times exactly one")


def test_without_the_lock_one_teaches_and_learns_at_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_without_the_key_all_but_one_are_refused(people: People) -> None:
    tutor, student = busy_tutor(people, 1), people.student()
    found = at_once(*[partial(book, student, tutor, at(10))] * 10)
    assert statuses(found) == [201, *[409] * 9]


# Seats


def race_for_seats(tutor: Person, first: Person, students: list[Person], day: int) -> tuple[int, list[int]]:
    group = booked(first, tutor, at(10, day), kind="group")
    body = {"session": group["session"]}
    return group["id"], statuses(at_once(*(partial(post, student, "", body) for student in students)))


@proof(1, 10)
def test_a_group_of_five_and_fifty_who_want_in(people: People, rounds: int) -> None:
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
def test_two_a_day_means_two(people: People, rounds: int) -> None:
    tutor, students = busy_tutor(people, rounds, max_per_day=2), [people.student() for _ in range(10)]
    with no_deadlock():
        for day in range(rounds):
            found = at_once(
                *(partial(book, student, tutor, at(2 + 2 * place, day)) for place, student in enumerate(students))
            )
            assert statuses(found) == [201, 201, *[409] * 8]
            assert {answer.json["code"] for answer in found if answer.status == 409} == {"day_full"}
    figure(f"two a day, ten at once: {rounds} times exactly two")


def test_without_the_lock_a_day_overflows(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    tutor, students = busy_tutor(people, TRIES, max_per_day=2), [people.student() for _ in range(10)]

    def race(day: int) -> list[int]:
        return statuses(
            at_once(*(partial(book, student, tutor, at(2 + 2 * place, day)) for place, student in enumerate(students)))
        )

    assert any(race(day).count(201) > 2 for day in range(TRIES))


# Answers


@proof(6, 500)
def test_confirming_cancelling_and_expiring_at_once(people: People, rounds: int) -> None:
    """The first decides; the others are answered so, and the trail says the same."""
    chance, ends, started = random.Random(5), {"confirmed": 0, "cancelled": 0, "expired": 0}, perf_counter()
    tutor, student = busy_tutor(people, rounds, confirmation="manual"), people.student()

    def expire() -> Answer:
        return Answer(200 if sweep()["expired"] else 409, b"")

    with no_deadlock():
        for day in range(rounds):
            booking = booked(student, tutor, at(10, day))["id"]
            ahead = timedelta(milliseconds=chance.randrange(30))
            query("UPDATE bookings SET expires_at = clock_timestamp() + %s WHERE id = %s", ahead, booking)
            confirmed, cancelled, expired = at_once(
                partial(post, tutor, f"tutor/me/confirm/{booking}/"),
                # A confirmed one can still be cancelled, but not declined.
                partial(post, student, f"{booking}/cancel/")
                if day % 2
                else partial(post, tutor, f"tutor/me/decline/{booking}/"),
                expire,
            )
            assert {confirmed.status, cancelled.status, expired.status} <= {200, 409}
            assert (confirmed.status, cancelled.status, expired.status).count(200) in {1, 2} or state(booking)[
                0
            ] == "pending"
            if state(booking)[0] == "pending":
                query("UPDATE bookings SET expires_at = clock_timestamp() WHERE id = %s", booking)
                assert sweep()["expired"] == 1
            ends[state(booking)[0]] += 1
    assert inconsistencies() == []
    figure(
        f"confirm, cancel, expire at once: {rounds} times one end {ends}, every trail whole,"
        f" {perf_counter() - started:.0f} s"
    )


@proof(6, 500)
def test_moving_at_once(people: People, rounds: int) -> None:
    """Two want to move to the same free slot, a third to book what one of them leaves."""
    tutor, students, started = busy_tutor(people, rounds), [people.student() for _ in range(3)], perf_counter()
    moved = taken = 0
    with no_deadlock():
        for day in range(rounds):
            first, second = (
                booked(each, tutor, at(hour, day))["id"] for each, hour in zip(students, (8, 12), strict=False)
            )
            to = {"start_time": at(10, day).isoformat()}
            one, other, third = at_once(
                partial(post, students[0], f"{first}/reschedule/", to),
                partial(post, students[1], f"{second}/reschedule/", to),
                partial(book, students[2], tutor, at(8, day)),
            )
            assert statuses([one, other]) == [200, 409]
            assert third.status in {201, 409}
            assert third.status == 409 or one.status == 200
            moved, taken = moved + (one.status == 200), taken + (third.status == 201)
            where = query("SELECT starts_at FROM bookings WHERE id IN (%s, %s) ORDER BY starts_at", first, second)
            assert where == ([(at(10, day),), (at(12, day),)] if one.status == 200 else [(at(8, day),), (at(10, day),)])
            free = book(students[2], tutor, at(12 if other.status == 200 else 8, day))
            assert free.status == (409 if third.status == 201 and one.status == 200 else 201)
    assert inconsistencies() == []
    figure(
        f"two movers, one slot, one booker: {rounds} times one moved ({moved} times the first), {taken} times what it"
        f" left was taken at once, no slot lost, no session without a booking, {perf_counter() - started:.0f} s"
    )


@proof(3, 100)
def test_a_freed_seat_is_offered_once_however_many_sweep(people: People, rounds: int) -> None:
    tutor = busy_tutor(people, rounds, confirmation="manual")
    student, students_waiting = people.student(), [people.student() for _ in range(3)]
    with no_deadlock():
        for day in range(rounds):
            reservation = booked(student, tutor, at(10, day))
            for each in students_waiting:
                assert wait(each, reservation["session"]).status == 201
            query("UPDATE bookings SET expires_at = now() WHERE id = %s", reservation["id"])
            swept = at_once(*[sweep] * 5)
            assert sum(each["expired"] for each in swept) == 1
            assert query("SELECT count(*) FROM bookings WHERE state = 'pending' AND starts_at = %s", at(10, day)) == [
                (1,)
            ]
    assert inconsistencies() == []
    figure(f"five sweeps at once: {rounds} times one expiry and one offer")


@proof(3, 60)
def test_sweeps_at_once_complete_each_booking_once(people: People, rounds: int) -> None:
    tutor, student = busy_tutor(people, rounds), people.student()
    for day in range(rounds):
        booked(student, tutor, at(10, day))
    query("UPDATE bookings SET starts_at = starts_at - interval '5 years', ends_at = ends_at - interval '5 years'")
    assert sum(each["completed"] for each in at_once(*[sweep] * 5)) == rounds
    assert query("SELECT count(*) FROM booking_changes WHERE kind = 'completed'") == [(rounds,)]
    assert (
        call("GET", RESERVATIONS + "user/me/?state=completed&page_size=1", token=student.access).json["count"] == rounds
    )
