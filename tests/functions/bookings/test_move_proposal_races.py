"""Races between proposals and their answers; every race has a counter-test without its guards."""

import random
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from functions.accounts.handler import handler as accounts_handler
from functions.availability.handler import handler as availability_handler
from tests.support.booking_client import REASON, at, book, booked, free_tutor, inconsistencies, post, sweep
from tests.support.booking_protection import no_deadlock, without_constraint, without_locks
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.move_proposals import answer_to, held, kinds, propose, proposed, run_out, starts
from tests.support.people import People, query
from tests.support.races import at_once

accounts, availability = LambdaClient(accounts_handler), LambdaClient(availability_handler)


def proof(small: int, full: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rounds", [small, pytest.param(full, marks=pytest.mark.proof)])


CALLERS = 6


def race_for_a_time(people: People, rounds: int) -> Iterator[int]:
    """Return how many of a tutor's concurrent proposals and one booking get the same time."""
    tutor = free_tutor(people, days=rounds)
    students = [people.student() for _ in range(CALLERS)]
    for day in range(rounds):
        bookings = [booked(each, tutor, at(2 * n, day))["id"] for n, each in enumerate(students)]
        calls = [partial(propose, tutor, each, at(20, day)) for each in bookings]
        answers = at_once(*calls, partial(book, people.student(), tutor, at(20.5, day)))
        assert {answer.status for answer in answers} <= {200, 201, 409, 503}
        yield sum(answer.status in {200, 201} for answer in answers)


@pytest.mark.usefixtures("any_number_of_bookings")
@proof(4, 300)
def test_of_concurrent_proposals_one_gets_the_time(people: People, rounds: int) -> None:
    with no_deadlock():
        assert list(race_for_a_time(people, rounds)) == [1] * rounds
    assert inconsistencies() == []


@pytest.mark.usefixtures("any_number_of_bookings")
def test_without_lock_and_constraint_a_time_is_proposed_twice(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    with without_constraint("tutoring_sessions", "tutoring_sessions_overlap"):
        assert any(taken > 1 for taken in race_for_a_time(people, 20))


def race_of_answers(people: People, rounds: int) -> list[str]:
    """Accept, decline, withdraw, cancel and expire a proposal at once; count the outcomes."""
    chance, tutor, student, ends = random.Random(7), free_tutor(people, days=rounds), people.student(), []
    for day in range(rounds):
        booking = booked(student, tutor, at(10, day))["id"]
        shown = proposed(tutor, booking, at(12, day))["proposal"]["id"]
        query(
            "UPDATE tutoring_sessions SET held_until = clock_timestamp() + %s WHERE moves_session_id IS NOT NULL",
            timedelta(milliseconds=chance.randrange(25)),
        )
        another = (
            partial(answer_to, student, booking, "decline"),
            partial(answer_to, tutor, booking, "withdraw"),
            partial(post, student, f"{booking}/cancel/"),
            partial(propose, tutor, booking, at(15, day)),
        )[day % 4]
        answers = at_once(
            partial(answer_to, student, booking, "accept", proposal=shown),
            another,
            lambda: Answer(200 if sweep()["proposals"] else 409, b""),
            partial(book, people.student(), tutor, at(12, day)),
        )
        assert max(answer.status for answer in answers) < 500, answers
        run_out()
        sweep()
        assert held() == []
        kind = kinds(booking)
        assert sum(each in kind for each in ("rescheduled", "move_declined", "move_expired")) <= 2
        if "rescheduled" in kind:
            assert (starts(booking), answers[0].status) == ([at(12, day)], 200)
            # A booking that was cancelled then has freed its new time.
            assert answers[3].status == 409 or kind[-1] == "cancelled"
        else:
            assert (starts(booking), answers[0].status) == ([at(10, day)], 409)
        ends.append(kind[-1])
    return ends


@pytest.mark.usefixtures("any_number_of_bookings")
@proof(8, 400)
def test_accepting_declining_cancelling_and_expiring_at_once(people: People, rounds: int) -> None:
    with no_deadlock():
        assert len(race_of_answers(people, rounds)) == rounds
    assert inconsistencies() == []


def race_of_two_answers(people: People, rounds: int) -> Iterator[int]:
    """Return how many of the concurrent answers to one proposal succeed: an acceptance and a withdrawal."""
    tutor, student = free_tutor(people, days=rounds), people.student()
    for day in range(rounds):
        booking = booked(student, tutor, at(10, day))["id"]
        shown = proposed(tutor, booking, at(12, day))["proposal"]["id"]
        accept, withdraw = (
            partial(answer_to, student, booking, "accept", proposal=shown),
            partial(answer_to, tutor, booking, "withdraw"),
        )
        yield sum(answer.status == 200 for answer in at_once(accept, withdraw, accept, withdraw))


@pytest.mark.usefixtures("any_number_of_bookings")
@proof(4, 200)
def test_a_proposal_gets_one_answer(people: People, rounds: int) -> None:
    assert list(race_of_two_answers(people, rounds)) == [1] * rounds


@pytest.mark.usefixtures("any_number_of_bookings")
def test_without_the_lock_a_proposal_gets_two_answers(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    assert any(answers > 1 for answers in race_of_two_answers(people, 25))


@proof(2, 60)
def test_concurrent_changes_to_a_group_end_its_proposal_once(people: People, rounds: int) -> None:
    """Students answer, one leaves, the tutor proposes another time or takes the day off, and the sweep runs."""
    chance = random.Random(3)
    with no_deadlock():
        for _ in range(rounds):
            tutor, students = free_tutor(people, group_seats=4), [people.student() for _ in range(4)]
            bookings = [booked(each, tutor, at(10), kind="group")["id"] for each in students]
            proposed(tutor, bookings[0], at(12))
            day = at(12).date().isoformat()
            off = {"kind": "off", "first_day": day, "last_day": day, "cancel_bookings": True, **REASON}
            answers = at_once(
                *(
                    partial(answer_to, student, booking, chance.choice(("accept", "accept", "decline")))
                    for student, booking in zip(students, bookings, strict=True)
                ),
                partial(propose, tutor, bookings[1], at(12.5)),
                partial(accounts, "DELETE", "/api/user/delete/", token=students[2].access),
                partial(availability, "POST", "/api/availability/overrides/me/", token=tutor.access, json_body=off),
                lambda: Answer(200, str(sweep()).encode()),
            )
            assert max(answer.status for answer in answers) < 500, answers
            run_out()
            sweep()
            assert held() == []
            assert inconsistencies() == []
