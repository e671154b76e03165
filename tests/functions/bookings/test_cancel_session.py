"""Cancelling a session with all of its seats."""

from functools import partial
from itertools import count
from typing import Any

import pytest

from functions.bookings.actions import cancel_session, locked_series
from functions.bookings.actions.book import book_session
from functions.bookings.data.series import find_seats
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.commands import NewBooking
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import run_transaction
from tests.functions.chat.test_block import block
from tests.support.booking_client import (
    REASON,
    assert_error,
    at,
    book,
    booked,
    call,
    entries,
    free_tutor,
    history,
    inconsistencies,
    offered,
    post,
    state,
    sweep,
    wait,
)
from tests.support.booking_protection import no_deadlock
from tests.support.lambda_client import Answer
from tests.support.mailbox import delivered
from tests.support.move_proposals import proposed
from tests.support.notifications import dispatch, notified
from tests.support.people import People, Person, query
from tests.support.races import at_once


def cancel(person: Person, session: Any, key: str = "", **body: Any) -> Answer:
    headers = {"idempotency-key": key} if key else None
    path = f"/api/reservation/session/{session}/cancel/"
    return call("POST", path, token=person.access, json_body=body, headers=headers)


def group_of(students: list[Person], tutor: Person) -> tuple[int, list[int]]:
    """Return the session and the bookings of a group."""
    made = [booked(each, tutor, at(10), kind="group") for each in students]
    return made[0]["session"], [each["id"] for each in made]


def test_all_seats_are_cancelled_and_everybody_is_notified_once(people: People) -> None:
    tutor, students, waiting = free_tutor(people, group_seats=2), [people.student(), people.student()], people.student()
    session, bookings = group_of(students, tutor)
    assert wait(waiting, session).status == 201
    dispatch()
    query("DELETE FROM notifications")
    query("DELETE FROM mail_outbox")
    answer = cancel(tutor, session, **REASON)
    assert (answer.status, answer.json["id"]) == (200, session), answer
    assert [(each["id"], each["state"]) for each in answer.json["reservations"]] == [
        (each, "cancelled") for each in bookings
    ]
    for each in bookings:
        assert history(each)[1:] == [("cancelled", "confirmed", "cancelled", "tutor")]
    assert entries(waiting)[0]["state"] == "closed"
    dispatch()
    assert [len(notified(each)) for each in (*students, waiting, tutor)] == [1, 1, 1, 0]
    assert [len(delivered(each.email)) for each in (*students, waiting)] == [1, 1, 1]
    assert "Powód: Choroba" in delivered(students[0].email)[0].text
    assert_error(cancel(tutor, session, **REASON), 409, "wrong_state")
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


def test_offers_are_cancelled_too_and_earlier_cancellations_stay_as_they_are(people: People) -> None:
    tutor, students, waiting = free_tutor(people, group_seats=2), [people.student(), people.student()], people.student()
    session, [given_up, kept] = group_of(students, tutor)
    wait(waiting, session)
    post(students[0], f"{given_up}/cancel/")
    offer = offered(waiting)
    assert [each["id"] for each in cancel(tutor, session, **REASON).json["reservations"]] == [kept, offer]
    assert (state(offer), len(history(given_up))) == (("cancelled", None), 2)
    assert entries(waiting)[0]["state"] == "left"
    assert sweep()["passed_on"] == 0
    assert inconsistencies() == []


def test_an_open_proposal_to_move_the_session_ends_too(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    session, [booking] = group_of([student], tutor)
    proposed(tutor, booking, at(15))
    assert cancel(tutor, session, **REASON).status == 200
    assert query("SELECT count(*) FROM tutoring_sessions WHERE taken") == [(0,)]
    assert inconsistencies() == []


def test_only_its_tutor_can_cancel_it_and_only_with_a_reason(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    session, [booking] = group_of([student], tutor)
    answer = cancel(tutor, session)
    assert (answer.status, list(answer.json)) == (400, ["reason"])
    assert cancel(student, session, **REASON).status == 403
    taught = booked(tutor, free_tutor(people), at(14))["session"]
    for person, wanted in ((people.tutor(), session), (tutor, taught), (tutor, 10**6)):
        assert cancel(person, wanted, **REASON).status == 404
    query("UPDATE bookings SET state = 'completed' WHERE id = %s", booking)
    assert_error(cancel(tutor, session, **REASON), 409, "wrong_state")


def test_staff_cannot_cancel_it_and_a_block_does_not_prevent_it(people: People) -> None:
    tutor, students = free_tutor(people), [people.student() for _ in range(2)]
    session, _bookings = group_of(students, tutor)
    assert cancel(people.student(is_staff=True), session, **REASON).status == 403
    assert cancel(people.tutor(is_staff=True), session, **REASON).status == 404
    for person, other in ((tutor, students[0]), (students[1], tutor)):
        assert block(person, other).status < 300
    assert cancel(tutor, session, **REASON).status == 200
    dispatch()
    assert [len(notified(each)) for each in students] == [1, 1]


def test_its_reminders_and_expected_earnings_go(people: People) -> None:
    tutor, students = free_tutor(people), [people.student() for _ in range(2)]
    session, _bookings = group_of(students, tutor)
    dispatch()
    assert query("SELECT DISTINCT state FROM reminders") == [("planned",)]
    path = f"/api/reservation/earnings/me/?year={at(10).year}"
    assert [each["expected"] for each in call("GET", path, token=tutor.access).json["months"]] == ["200.00"]
    assert cancel(tutor, session, **REASON).status == 200
    dispatch()
    assert query("SELECT DISTINCT state FROM reminders") == [("dropped",)]
    assert call("GET", path, token=tutor.access).json["months"] == []


def test_a_repeated_request_with_the_same_key_gets_the_first_answer(people: People) -> None:
    tutor = free_tutor(people)
    session, _ = group_of([people.student()], tutor)
    first = cancel(tutor, session, key="a", **REASON)
    assert cancel(tutor, session, key="a", **REASON).body == first.body


def test_students_who_keep_joining_do_not_prevent_the_cancellation(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    tutor = free_tutor(people, group_seats=5)
    session, _ = group_of([people.student() for _ in range(2)], tutor)
    late, looks = iter([people.student() for _ in range(3)]), count(1)

    def look_up_then_let_a_student_join(db: PooledConnection, wanted: int) -> list[LockedBooking]:
        found = find_seats(db, wanted)
        # Every attempt looks twice, the second time under the locks.
        if next(looks) % 2 and (joining := next(late, None)):
            run_transaction(lambda other: book_session(other, joining.id, NewBooking(session=wanted)))
        return found

    monkeypatch.setattr(cancel_session, "find_seats", look_up_then_let_a_student_join)
    assert cancel(tutor, session, **REASON).status == 200
    assert query("SELECT state, count(*) FROM bookings GROUP BY state") == [("cancelled", 5)]


def race(people: People, tutor: Person) -> set[str]:
    """Return the states of a group's bookings after two cancellations while students join, wait and are cancelled."""
    session, bookings = group_of([people.student() for _ in range(2)], tutor)
    joining, waiting = [people.student() for _ in range(2)], people.student()
    answers = at_once(
        partial(cancel, tutor, session, **REASON),
        partial(cancel, tutor, session, **REASON),
        partial(post, tutor, f"{bookings[1]}/cancel/", REASON),
        *[partial(post, each, "", {"session": session}) for each in joining],
        partial(wait, waiting, session),
        lambda: Answer(200, str(sweep()).encode()),
    )
    assert max(answer.status for answer in answers) < 500, answers
    assert sorted(answer.status for answer in answers[:2]) == [200, 409]
    found = {state for (state,) in query("SELECT state FROM bookings WHERE session_id = %s", session)}
    query("UPDATE waitlist_entries SET state = 'left'")
    return found


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.proof)])
def test_concurrent_changes_leave_no_booking_in_a_cancelled_session(people: People, rounds: int) -> None:
    tutor = free_tutor(people, group_seats=4)
    with no_deadlock():
        for _ in range(rounds):
            assert race(people, tutor) == {"cancelled"}
            assert inconsistencies() == []
            query("TRUNCATE tutoring_sessions, bookings, booking_changes, waitlist_entries CASCADE")


def test_without_the_locks_a_booking_is_left_in_a_cancelled_session(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locked_series, "lock_all", lambda _db, people: frozenset(people))
    tutor = free_tutor(people, group_seats=4)
    for _ in range(40):
        try:
            if race(people, tutor) != {"cancelled"} or inconsistencies():
                return
        except AssertionError:
            return
        query("TRUNCATE tutoring_sessions, bookings, booking_changes, waitlist_entries CASCADE")
    pytest.fail("the locks are of no use")
