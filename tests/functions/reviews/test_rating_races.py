"""Concurrent ratings: one per student and tutor, and counters that always match."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.reviews.handler import handler
from tests.support.booking_client import sweep
from tests.support.booking_protection import no_deadlock
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.past_sessions import session
from tests.support.people import People, Person, insert, query
from tests.support.races import at_once

call = LambdaClient(handler)
CALLERS = 8
DRIFTED = """
SELECT t.id, t.rating_count, t.rating_sum, t.avg_rating, count(r.id), coalesce(sum(r.rating), 0), avg(r.rating)
FROM tutors t LEFT JOIN ratings r ON r.tutor_id = t.id AND r.hidden_at IS NULL GROUP BY t.id
HAVING t.rating_count <> count(r.id) OR t.rating_sum <> coalesce(sum(r.rating), 0)
    OR t.avg_rating <> coalesce(round(avg(r.rating), 1), 0)
    OR t.verified_count <> count(r.id) FILTER (WHERE r.verified)
    OR t.verified_sum <> coalesce(sum(r.rating) FILTER (WHERE r.verified), 0)
    OR abs(t.rank - (17.5 + t.verified_sum) / (5 + t.verified_count)) > 1e-9
    OR bool_or(r.verified <> EXISTS (
        SELECT FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id
        WHERE b.student_id = r.student_id AND s.tutor_id = r.tutor_id AND b.state = 'completed'
    ))
"""


def rate(student: Person, tutor: Person, rating: int) -> Answer:
    body = {"rating": rating, "review": "x"}
    return call("POST", f"/api/user/rate_tutor/{tutor.tutor_id}/", token=student.access, json_body=body)


def race(people: People, rounds: int) -> list[list[int]]:
    """Return the statuses of each round, in which one student rates one tutor several times at once."""
    student = people.student()
    statuses = []
    for _ in range(rounds):
        tutor = people.tutor()
        answers = at_once(*(partial(rate, student, tutor, 1 + place % 5) for place in range(CALLERS)))
        statuses.append(sorted(answer.status for answer in answers))
    return statuses


@pytest.mark.parametrize("rounds", [4, pytest.param(250, marks=pytest.mark.proof)])
def test_exactly_one_of_concurrent_ratings_by_a_student_counts(people: People, rounds: int) -> None:
    assert race(people, rounds) == [[201, *[400] * (CALLERS - 1)]] * rounds
    assert query("SELECT count(*) FROM ratings") == [(rounds,)]
    assert query(DRIFTED) == []


@contextmanager
def without_the_constraint() -> Iterator[None]:
    query("ALTER TABLE ratings DROP CONSTRAINT ratings_tutor_id_student_id_key")
    try:
        yield
    finally:
        query("TRUNCATE ratings CASCADE")
        query("ALTER TABLE ratings ADD CONSTRAINT ratings_tutor_id_student_id_key UNIQUE (tutor_id, student_id)")


def test_without_the_constraint_several_ratings_count(people: People) -> None:
    with without_the_constraint():
        assert race(people, 1) == [[201] * CALLERS]
        assert query("SELECT count(*) FROM ratings") == [(CALLERS,)]


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.proof)])
def test_concurrent_ratings_of_many_students_are_all_counted(people: People, rounds: int) -> None:
    tutor = people.tutor()
    for _ in range(rounds):
        students = [people.student() for _ in range(CALLERS)]
        answers = at_once(*(partial(rate, student, tutor, 1 + place % 5) for place, student in enumerate(students)))
        assert [answer.status for answer in answers] == [201] * CALLERS
    assert query("SELECT rating_count FROM tutors") == [(rounds * CALLERS,)]
    assert query(DRIFTED) == []


def remove(person: Person) -> None:
    query("DELETE FROM users WHERE id = %s", person.id)


@pytest.mark.parametrize("rounds", [5, pytest.param(250, marks=pytest.mark.proof)])
def test_a_rating_concurrent_with_the_completion_of_its_session_is_verified(people: People, rounds: int) -> None:
    """In either order, the later one sees the earlier; the sweep completes sessions of several tutors at once."""
    student, tutors = people.student(), [people.tutor() for _ in range(3)]
    for turn in range(rounds):
        for tutor in tutors:
            session(tutor, student, "confirmed")
        answers: list[Any] = at_once(*(partial(rate, student, tutor, 3) for tutor in tutors), sweep)
        assert [answer.status for answer in answers[:-1]] == [201] * len(tutors), turn
        sweep()
        assert query("SELECT DISTINCT verified FROM ratings") == [(True,)]
        assert query(DRIFTED) == []
        query("DELETE FROM ratings")
        query("UPDATE bookings SET state = 'no_show'")


@pytest.mark.parametrize("rounds", [5, pytest.param(150, marks=pytest.mark.proof)])
def test_sessions_are_completed_while_their_people_s_accounts_are_deleted(people: People, rounds: int) -> None:
    """The sweep locks tutors before bookings, as the deletion does, and skips what the deletion has locked."""
    with no_deadlock():
        for _ in range(rounds):
            student, tutors = people.student(), [people.tutor() for _ in range(4)]
            for tutor in tutors:
                session(tutor, student, "confirmed")
                assert rate(student, tutor, 3).status == 201
            at_once(partial(remove, student), sweep, partial(remove, tutors[0]))
            assert query(DRIFTED) == []
            query("DELETE FROM users")


@pytest.mark.parametrize("rounds", [5, pytest.param(150, marks=pytest.mark.proof)])
def test_accounts_that_rated_each_other_can_be_deleted_at_once(people: People, rounds: int) -> None:
    """Each deletion updates the counters of the others: without a common lock order they would deadlock."""
    order = Random(rounds)
    for _ in range(rounds):
        tutors = [people.tutor() for _ in range(6)]
        bystanders = [people.tutor() for _ in range(2)]
        query(
            """
            INSERT INTO ratings (tutor_id, student_id, rating, review)
            SELECT t.id, s.user_id, 4, 'x' FROM tutors t, tutors s WHERE t.id <> s.id
            """
        )
        order.shuffle(tutors)
        at_once(*(partial(remove, tutor) for tutor in tutors))
        assert query("SELECT rating_count FROM tutors ORDER BY id") == [(1,), (1,)]
        assert query(DRIFTED) == []
        for tutor in bystanders:
            remove(tutor)


@pytest.mark.parametrize("rounds", [5, pytest.param(150, marks=pytest.mark.proof)])
def test_a_rating_concurrent_with_the_deletion_of_its_accounts(people: People, rounds: int) -> None:
    for turn in range(rounds):
        tutor, student = people.tutor(), people.student()
        leaving = (tutor, student)[turn % 2]
        answers: list[Answer | None] = at_once(partial(rate, student, tutor, 3), partial(remove, leaving))
        answer = answers[0]
        assert answer is not None
        assert answer.status in {201, 400, 401}, answer
        assert query("SELECT * FROM ratings") == []
        assert query(DRIFTED) == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("rate", "unrate", "leave", "rate many", "edit", "hide", "show", "learn", "miss")),
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(1, 5),
    ),
    max_size=25,
)


@given(steps=STEPS)
@settings(max_examples=25)
def test_counters_always_match_the_ratings(people: People, steps: list[tuple[str, int, int, int]]) -> None:
    tutors = [people.tutor() for _ in range(4)]
    students = [*(people.student() for _ in range(2)), *tutors[:2]]
    gone: set[Person] = set()
    for verb, who, whom, rating in steps:
        student, tutor = students[who], tutors[whom]
        if verb == "leave":
            leaving = student if rating % 2 else tutor
            remove(leaving)
            gone.add(leaving)
        elif verb == "rate many" and not {student, tutor} & gone:
            query(
                """
                INSERT INTO ratings (tutor_id, student_id, rating, review)
                SELECT id, %s, %s, 'x' FROM tutors WHERE user_id <> %s ON CONFLICT DO NOTHING
                """,
                student.id,
                rating,
                student.id,
            )
        elif verb == "rate":
            rate(student, tutor, rating)
        elif verb == "edit":
            body = {"rating": rating}
            call("PATCH", f"/api/user/rate_tutor/{tutor.tutor_id}/", token=student.access, json_body=body)
        elif verb == "learn" and not {student, tutor} & gone:
            session(tutor, student, "completed")
        elif verb == "miss":
            query("UPDATE bookings SET state = 'no_show' WHERE student_id = %s", student.id)
        elif verb in {"hide", "show"}:
            # For several tutors in one statement, which the API never does.
            moment = "now()" if verb == "hide" else "NULL"
            query(f"UPDATE ratings SET hidden_at = {moment}, rating = %s WHERE student_id = %s", rating, student.id)
        else:
            call("DELETE", f"/api/user/rate_tutor/{tutor.tutor_id}/", token=student.access)
        assert query(DRIFTED) == []
    query("DELETE FROM users")


def test_a_failed_statement_does_not_change_the_counters(people: People) -> None:
    tutor, student = people.tutor(), people.student()
    insert("ratings", {"tutor_id": tutor.tutor_id, "student_id": student.id, "rating": 5, "review": "x"})
    assert rate(student, tutor, 1).status == 400
    assert query("SELECT rating_count, rating_sum FROM tutors") == [(1, 5)]
