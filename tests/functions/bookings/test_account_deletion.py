"""Deleting an account cancels its upcoming sessions; the other side keeps the past ones."""

from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest

from functions.accounts.handler import handler as accounts_handler
from shared.kit.settings import settings
from tests.support.booking_client import (
    REASON,
    RESERVATIONS,
    WAITLIST,
    at,
    book,
    booked,
    call,
    ended_booking,
    entries,
    free_tutor,
    history,
    inconsistencies,
    offered,
    post,
    shift,
    state,
    sweep,
    wait,
)
from tests.support.booking_protection import no_deadlock
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.paused_transactions import while_account_goes
from tests.support.people import People, Person, query
from tests.support.races import at_once

accounts = LambdaClient(accounts_handler)
BY_STUDENT = ("cancelled", "confirmed", "cancelled", "student")
BY_TUTOR = ("cancelled", "confirmed", "cancelled", "tutor")


def delete(person: Person) -> Answer:
    return accounts("DELETE", "/api/user/delete/", token=person.access)


def details(person: Person, booking: int) -> Any:
    return call("GET", f"{RESERVATIONS}{booking}/", token=person.access).json


# Foreign keys are off meanwhile: these tutors do not exist. ANALYZE makes PostgreSQL plan for a table of this size.
SESSIONS_OF_OTHERS = """
SET LOCAL session_replication_role = replica;
INSERT INTO tutoring_sessions (tutor_id, starts_at, ends_at, busy_from, busy_until, kind, form)
SELECT 1000000 + n, now(), now() + interval '1 hour', now(), now() + interval '1 hour', 'individual', 'online'
FROM generate_series(1, 5000) n;
SET LOCAL session_replication_role = origin;
ANALYZE tutoring_sessions
"""
READ = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'tutoring_sessions'"


def test_a_deletion_does_not_read_the_sessions_of_others(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booked(student, tutor, at(10))
    # A connection of its own has no earlier plans.
    with psycopg.connect(settings().database_url) as db:
        db.execute(SESSIONS_OF_OTHERS)
        [(before,)] = db.execute(READ).fetchall()
        db.execute("DELETE FROM users WHERE id = ANY(%s)", ([student.id, tutor.id],))
        [(after,)] = db.execute(READ).fetchall()
        db.rollback()
    assert 0 < after - before < 100


def test_a_student_s_bookings_are_cancelled_and_the_tutor_keeps_them(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation, past = booked(student, tutor, at(10)), booked(student, tutor, at(14))
    shift(past["id"], timedelta(days=-30))
    assert delete(student).status == 200
    shown = details(tutor, reservation["id"])
    assert (shown["state"], shown["user"]) == ("cancelled", None)
    assert shown["changes"][-1]["reason"] == "Konto zostało usunięte."
    query("UPDATE users SET language = 'en' WHERE id = %s", tutor.id)
    assert details(tutor, reservation["id"])["changes"][-1]["reason"] == "The account was deleted."
    assert history(reservation["id"])[-1] == BY_STUDENT
    assert state(past["id"]) == ("confirmed", None)
    assert sweep()["completed"] == 1
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


def test_a_tutor_s_sessions_are_cancelled_and_their_waitlists_closed(people: People) -> None:
    tutor, student, waiting = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    assert wait(waiting, reservation["session"]).status == 201
    assert delete(tutor).status == 200
    shown = details(student, reservation["id"])
    assert (shown["state"], shown["tutor"], shown["cancellable_until"]) == ("cancelled", None, None)
    assert history(reservation["id"])[-1] == BY_TUTOR
    assert query("SELECT state FROM waitlist_entries") == [("closed",)]
    assert inconsistencies() == []


def test_the_next_sweep_offers_the_seat_to_the_waitlist(people: People) -> None:
    tutor, student, waiting = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(waiting, reservation["session"])
    assert delete(student).status == 200
    assert book(people.student(), tutor, at(10)).json["code"] == "slot_taken"
    assert sweep()["passed_on"] == 1
    [(offered,)] = query("SELECT booking_id FROM waitlist_entries")
    assert post(waiting, f"{offered}/accept/").status == 200
    assert inconsistencies() == []


def test_a_seat_is_free_if_both_its_student_and_the_waitlist_delete_their_accounts(people: People) -> None:
    tutor, student, waiting = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(waiting, reservation["session"])
    for person in (student, waiting):
        assert delete(person).status == 200
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


def test_an_offer_to_a_deleted_account_passes_to_the_next_on_the_waitlist(people: People) -> None:
    tutor, student, first, second = free_tutor(people), people.student(), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    for each in (first, second):
        wait(each, reservation["session"])
    post(student, f"{reservation['id']}/cancel/")
    assert delete(first).status == 200
    sweep()
    assert query("SELECT student_id, state FROM waitlist_entries") == [(second.id, "offered")]
    assert inconsistencies() == []


@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.proof)])
def test_deletion_is_consistent_with_concurrent_changes(people: People, rounds: int) -> None:
    """Both sides delete their accounts while others book, cancel and join a waitlist, and the sweep runs."""
    with no_deadlock():
        for _ in range(rounds):
            tutor, student, rival, other = free_tutor(people), people.tutor(), people.student(), free_tutor(people)
            reservation, elsewhere = booked(student, tutor, at(10)), booked(student, other, at(14))
            for rated in (tutor, other):
                query(
                    "INSERT INTO ratings (tutor_id, student_id, rating, review) VALUES (%s, %s, 5, '')",
                    rated.tutor_id,
                    student.id,
                )
            found = at_once(
                partial(delete, tutor),
                partial(delete, student),
                partial(post, student, f"{reservation['id']}/cancel/"),
                partial(book, student, tutor, at(12)),
                partial(book, student, other, at(16)),
                partial(book, rival, tutor, at(12)),
                partial(wait, rival, reservation["session"]),
                partial(post, other, f"{elsewhere['id']}/cancel/", {"reason": "x"}),
                lambda: Answer(200, str(sweep()).encode()),
            )
            assert [found[0].status, found[1].status] == [200, 200]
            assert max(answer.status for answer in found) < 500, found
    sweep()
    assert inconsistencies() == []
    assert query("SELECT count(*) FROM bookings WHERE state IN ('pending', 'confirmed')") == [(0,)]


def test_a_vacated_slot_skips_a_deleted_account_on_the_waitlist(people: People) -> None:
    """The student moves the session while others book it, join its waitlist and delete the first account waiting."""
    days = 4
    tutor, student, other = free_tutor(people, days=days), people.student(), people.student()
    for day in range(days):
        leaving, staying, late = (people.student() for _ in range(3))
        reservation = booked(student, tutor, at(8, day))
        for each in (leaving, staying):
            assert wait(each, reservation["session"]).status == 201
        full_session = {"tutor": tutor.tutor_id, "start_time": at(8, day).isoformat()}
        moved = {"start_time": at(12, day).isoformat()}
        with no_deadlock():
            found = at_once(
                partial(post, student, f"{reservation['id']}/reschedule/", moved),
                partial(book, other, tutor, at(8, day)),
                partial(call, "POST", WAITLIST, token=late.access, json_body=full_session),
                partial(delete, leaving),
            )
        assert [answer.status for answer in found] == [200, 409, 201, 200]
        sweep()
        assert state(offered(staying)) == ("pending", "student")
        assert [entry["state"] for entry in entries(late)] == ["waiting"]
    assert inconsistencies() == []


def test_a_tutor_who_is_being_deleted_calls_no_past_session_off(people: People) -> None:
    """Sessions to come are cancelled with the account; those that have ended, and nobody has judged yet, are not."""
    tutor = free_tutor(people)
    booking = ended_booking(people.student(), tutor)
    [(session,)] = query("SELECT session_id FROM bookings WHERE id = %s", booking)
    path = f"/api/reservation/session/{session}/cancel/"
    answer = while_account_goes(tutor, lambda: call("POST", path, token=tutor.access, json_body=REASON))
    assert (answer.status, answer.json["code"]) == (401, "user_not_found")
