"""Concurrent edits, replies, reports and decisions on one review, while accounts are deleted."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from random import Random
from uuid import UUID

import psycopg
import pytest

from functions.reviews import repository
from functions.reviews.handler import handler
from shared.domain import auth
from shared.kit.db.query import Command, Query
from shared.kit.settings import settings
from tests.functions.reviews.test_rating_races import DRIFTED, remove
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.paused_transactions import wait_until, waiting
from tests.support.people import People, Person, insert, query
from tests.support.races import at_once

call = LambdaClient(handler)
BASE = "/api/user/tutor/reviews"


def edit(student: Person, tutor: Person, rating: int) -> Answer:
    path = f"/api/user/rate_tutor/{tutor.tutor_id}/"
    return call("PATCH", path, token=student.access, json_body={"rating": rating, "review": f"jest {rating}"})


def withdraw(student: Person, tutor: Person) -> Answer:
    return call("DELETE", f"/api/user/rate_tutor/{tutor.tutor_id}/", token=student.access)


def reply(tutor: Person, review_id: int, text: str) -> Answer:
    return call("PUT", f"{BASE}/{review_id}/reply/", token=tutor.access, json_body={"reply": text})


def report(person: Person, review_id: int) -> Answer:
    return call("POST", f"{BASE}/{review_id}/report/", token=person.access, json_body={"reason": "Obraża"})


def decide(staff: Person, review_id: int, verb: str) -> Answer:
    return call("POST", f"{BASE}/{review_id}/{verb}/", token=staff.access)


def rated(tutor: Person, student: Person) -> int:
    row = {"tutor_id": tutor.tutor_id, "student_id": student.id, "rating": 3, "review": "jest 3"}
    review_id: int = insert("ratings", row)
    return review_id


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.proof)])
def test_of_concurrent_edits_one_is_stored_whole_and_counted(people: People, rounds: int) -> None:
    tutor, student = people.tutor(), people.student()
    rated(tutor, student)
    for _ in range(rounds):
        answers = at_once(*(partial(edit, student, tutor, rating) for rating in (1, 2, 4, 5)))
        assert [answer.status for answer in answers] == [200] * 4
        [(rating, review)] = query("SELECT rating, review FROM ratings")
        assert review == f"jest {rating}"
        assert query(DRIFTED) == []


def test_without_the_trigger_edits_are_not_counted(people: People) -> None:
    tutor, student = people.tutor(), people.student()
    rated(tutor, student)
    query("ALTER TABLE ratings DISABLE TRIGGER ratings_recount")
    try:
        assert edit(student, tutor, 1).status == 200
        assert query(DRIFTED) != []
    finally:
        query("ALTER TABLE ratings ENABLE TRIGGER ratings_recount")


@pytest.mark.parametrize("rounds", [8, pytest.param(200, marks=pytest.mark.proof)])
def test_any_concurrent_changes_succeed_and_leave_right_counters(people: People, rounds: int) -> None:
    """Everybody who can change a review does, while one of its accounts may be deleted."""
    order = Random(rounds)
    staff, colleague = people.student(is_staff=True), people.tutor()
    for turn in range(rounds):
        tutor, student, reader = people.tutor(), people.student(), people.student()
        review_id = rated(tutor, student)
        rated(colleague, student)
        leaving = (student, tutor, reader, None)[turn % 4]
        acts = [
            partial(edit, student, tutor, 1),
            partial(edit, student, tutor, 5),
            partial(edit, student, colleague, 2),
            partial(reply, tutor, review_id, "x"),
            partial(report, reader, review_id),
            partial(report, student, review_id),
            partial(decide, staff, review_id, "hide"),
            partial(decide, staff, review_id, "unhide"),
            partial(withdraw, student, tutor),
        ]
        order.shuffle(acts)
        leave = [partial(remove, leaving)] if leaving else []
        answers: list[Answer | None] = at_once(*acts, *leave)
        statuses = {answer.status for answer in answers if answer}
        assert statuses <= {200, 201, 400, 401, 403, 404, 409}, answers
        assert query(DRIFTED) == []
        hidden_with_reports = (
            "SELECT count(*) FROM review_reports p JOIN ratings r ON r.id = p.rating_id"
            " WHERE p.resolved_at IS NULL AND r.hidden_at IS NOT NULL"
        )
        assert query(hidden_with_reports) == [(0,)]


@contextmanager
def other_transaction() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Open a transaction as if in another process."""
    with psycopg.connect(settings().database_url) as other:
        yield other


def meet_the_deletion(student: Person, tutor: Person, act: partial[Answer], lock: str) -> Answer:
    """Run `act` while the deletion of the student's account holds its first locks. Raises DeadlockDetected."""
    with ThreadPoolExecutor(1) as threads, other_transaction() as deletion:
        deletion.execute(lock, (student.id if "users" in lock else tutor.tutor_id,))
        acting = threads.submit(lambda: at_once(act)[0])
        wait_until(lambda: waiting() == 1)
        deletion.execute("DELETE FROM users WHERE id = %s", (student.id,))
        deletion.commit()
        return acting.result(30)


TUTOR_FIRST = "SELECT FROM tutors WHERE id = %s FOR UPDATE"
ACCOUNT_FIRST = "SELECT FROM users WHERE id = %s FOR UPDATE"


@pytest.mark.parametrize("verb", ["edit", "withdraw", "hide"])
def test_a_change_of_a_review_waits_for_a_deletion_without_holding_the_review(people: People, verb: str) -> None:
    tutor, student = people.tutor(), people.student()
    answer = meet_the_deletion(student, tutor, acting(people, verb, student, tutor), TUTOR_FIRST)
    assert answer.status == (404 if verb == "hide" else 400)
    assert query(DRIFTED) == []


def acting(people: People, verb: str, student: Person, tutor: Person) -> partial[Answer]:
    review_id, staff = rated(tutor, student), people.student(is_staff=True)
    return {
        "edit": partial(edit, student, tutor, 1),
        "withdraw": partial(withdraw, student, tutor),
        "hide": partial(decide, staff, review_id, "hide"),
        "report": partial(report, tutor, review_id),
    }[verb]


@pytest.mark.proof
@pytest.mark.parametrize("verb", ["edit", "withdraw", "hide"])
def test_without_the_lock_on_the_tutor_they_deadlock(
    people: People, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr(repository, "lock_tutor", lambda _db, _tutor_id: None)
    monkeypatch.setattr(repository, "LOCK_TUTOR_OF", Command("SELECT %s::bigint"))
    tutor, student = people.tutor(), people.student()
    act = acting(people, verb, student, tutor)
    assert ends_in_a_deadlock(student, tutor, act, TUTOR_FIRST)


def ends_in_a_deadlock(student: Person, tutor: Person, act: partial[Answer], lock: str) -> bool:
    """Return whether the database aborted one of the two because of a deadlock."""
    try:
        return meet_the_deletion(student, tutor, act, lock).status == 503
    except psycopg.errors.DeadlockDetected:
        return True


def test_a_report_waits_for_the_deletion_of_its_reporter(people: People) -> None:
    tutor, student = people.tutor(), people.student()
    act = acting(people, "report", student, tutor)
    assert meet_the_deletion(tutor, tutor, act, ACCOUNT_FIRST).status == 401
    assert query("SELECT count(*) FROM review_reports") == [(0,)]


@pytest.mark.proof
def test_without_the_lock_on_the_account_they_deadlock(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "KEEP_ACCOUNT", Command("SELECT %s::uuid"))
    tutor, student = people.tutor(), people.student()
    act = acting(people, "report", student, tutor)
    assert ends_in_a_deadlock(tutor, tutor, act, ACCOUNT_FIRST)


def test_a_report_whose_reporter_is_deleted_meanwhile_is_resolved(people: People) -> None:
    review_id, reader, staff = rated(people.tutor(), people.student()), people.tutor(), people.student(is_staff=True)
    report(reader, review_id)
    with ThreadPoolExecutor(1) as threads, other_transaction() as deletion:
        deletion.execute("DELETE FROM users WHERE id = %s", (reader.id,))
        deciding = threads.submit(lambda: at_once(partial(decide, staff, review_id, "hide"))[0])
        wait_until(lambda: waiting() == 1 or deciding.done())
        deletion.commit()
        assert deciding.result(30).status == 200
    assert query("SELECT reporter_id, resolved_at IS NOT NULL FROM review_reports") == [(None, True)]


def report_while_hidden(people: People) -> tuple[int, int]:
    """Report a review while it is being hidden; return the status and the number of open reports."""
    review_id, reader = rated(people.tutor(), people.student()), people.student()
    with ThreadPoolExecutor(1) as threads, other_transaction() as hiding:
        hiding.execute("UPDATE ratings SET hidden_at = now() WHERE id = %s", (review_id,))
        hiding.execute("UPDATE review_reports SET resolved_at = now() WHERE rating_id = %s", (review_id,))
        reporting = threads.submit(lambda: at_once(partial(report, reader, review_id))[0])
        wait_until(lambda: waiting() == 1 or reporting.done())
        hiding.commit()
        status = reporting.result(30).status
    return status, query("SELECT count(*) FROM review_reports WHERE resolved_at IS NULL")[0][0]


def test_a_decision_leaves_no_report_open(people: People) -> None:
    assert report_while_hidden(people) == (404, 0)


def test_without_the_lock_on_the_review_a_report_stays_open(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    weaker = repository.LOCK_VISIBLE_REVIEW.text.replace("FOR SHARE", "FOR KEY SHARE")
    monkeypatch.setattr(repository, "LOCK_VISIBLE_REVIEW", Query(UUID, weaker))
    # Without a lock on the row's contents, the snapshot still shows it as visible.
    assert report_while_hidden(people) == (201, 1)


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.proof)])
def test_of_concurrent_reports_by_one_person_one_is_stored(people: People, rounds: int) -> None:
    reader, tutor = people.student(), people.tutor()
    for number in range(rounds):
        review_id = rated(tutor, people.student())
        answers = at_once(*[partial(report, reader, review_id)] * 6)
        assert {(answer.status, answer.body) for answer in answers} == {(201, b'{"Info":"Review reported."}')}
        assert query("SELECT count(*) FROM review_reports") == [(number + 1,)]


def test_without_the_constraint_several_reports_are_stored(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, review_id = people.student(), rated(people.tutor(), people.student())
    plain = repository.ADD_REPORT.text.partition("ON CONFLICT")[0]
    monkeypatch.setattr(repository, "ADD_REPORT", Command(plain))
    query("ALTER TABLE review_reports DROP CONSTRAINT review_reports_rating_id_reporter_id_key")
    try:
        at_once(*[partial(report, reader, review_id)] * 6)
        assert query("SELECT count(*) FROM review_reports") == [(6,)]
    finally:
        query("TRUNCATE review_reports")
        query(
            "ALTER TABLE review_reports ADD CONSTRAINT review_reports_rating_id_reporter_id_key"
            " UNIQUE (rating_id, reporter_id)"
        )
