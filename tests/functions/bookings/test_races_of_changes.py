"""Races between changes to existing bookings."""

import random
from datetime import timedelta
from functools import partial
from time import perf_counter

import pytest

from tests.functions.bookings.test_races import busy_tutor, figure, proof, statuses
from tests.support.booking_client import (
    RESERVATIONS,
    at,
    book,
    booked,
    call,
    inconsistencies,
    post,
    state,
    sweep,
    wait,
)
from tests.support.booking_protection import no_deadlock
from tests.support.lambda_client import Answer
from tests.support.people import People, query
from tests.support.races import at_once

pytestmark = pytest.mark.usefixtures("any_number_of_bookings")


@proof(6, 500)
def test_concurrent_confirmation_cancellation_and_expiry_have_one_outcome(people: People, rounds: int) -> None:
    """The first one decides, the others are told so, and the history agrees."""
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
def test_concurrent_moves_lose_no_slot(people: People, rounds: int) -> None:
    """Two students move to the same free slot; a third books what one of them leaves."""
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
def test_concurrent_sweeps_offer_a_free_seat_once(people: People, rounds: int) -> None:
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
def test_concurrent_sweeps_complete_each_booking_once(people: People, rounds: int) -> None:
    tutor, student = busy_tutor(people, rounds), people.student()
    for day in range(rounds):
        booked(student, tutor, at(10, day))
    query("UPDATE bookings SET starts_at = starts_at - interval '5 years', ends_at = ends_at - interval '5 years'")
    assert sum(each["completed"] for each in at_once(*[sweep] * 5)) == rounds
    assert query("SELECT count(*) FROM booking_changes WHERE kind = 'completed'") == [(rounds,)]
    assert (
        call("GET", RESERVATIONS + "user/me/?state=completed&page_size=1", token=student.access).json["count"] == rounds
    )
