"""Suspended accounts: one rule, enforced everywhere."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from functions.availability.handler import handler as availability_handler
from functions.chat.handler import handler as chat_handler
from functions.notifications.handler import handler as notifications_handler
from functions.reviews.handler import handler as reviews_handler
from functions.tokens.handler import handler as tokens_handler
from functions.tutors.handler import handler as tutors_handler
from shared.data.staff_actions import Grounds
from shared.domain import suspension
from shared.kit.db.transactions import transaction
from tests.support.booking_client import WAITLIST, at, book, booked, free_tutor, history, inconsistencies, state, wait
from tests.support.booking_client import call as bookings
from tests.support.conversations import add_conversation
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.notifications import notified
from tests.support.paused_transactions import gate_after, wait_until, waiting
from tests.support.people import PASSWORD, People, Person, insert, query
from tests.support.races import at_once
from tests.support.sent_emails import sent_to
from tests.support.sockets import closed_sockets
from tests.support.tutor_search import found

REASON = "Spam"
tokens, chat, tutors = LambdaClient(tokens_handler), LambdaClient(chat_handler), LambdaClient(tutors_handler)
reviews, notifications = LambdaClient(reviews_handler), LambdaClient(notifications_handler)
availability = LambdaClient(availability_handler)


def suspend(person: Person, actor: Person | None = None) -> suspension.Consequences:
    with transaction() as db:
        done = suspension.suspend(db, person.id, Grounds(actor.id if actor else None, REASON))
    done.follow()
    return done


def lift(person: Person) -> bool:
    with transaction() as db:
        done = suspension.lift(db, person.id, Grounds(None, "Pomyłka"))
    done.follow()
    return done.changed


def sign_in(person: Person, password: str = PASSWORD) -> Answer:
    return tokens("POST", "/api/token/", json_body={"email": person.email, "password": password})


def test_a_suspended_account_cannot_be_signed_in_to(people: People) -> None:
    ola = people.student()
    suspend(ola)
    refused = sign_in(ola)
    assert (refused.status, refused.json["code"]) == (401, "account_suspended")
    oauth = {"username": ola.email, "password": PASSWORD}
    assert tokens("POST", "/api/token/oauth/", json_body=oauth).json["code"] == "account_suspended"
    assert sign_in(ola, "Inne1!haslo").json == {
        "detail": "Nie znaleziono aktywnego konta dla podanych danych uwierzytelniających"
    }
    assert query("SELECT count(*) FROM sign_in_sessions") == [(0,)]
    assert lift(ola)
    assert sign_in(ola).status == 200


def test_tokens_of_a_suspended_account_work_nowhere(people: People) -> None:
    ola = people.student()
    suspend(ola)
    for token in (ola.access, ola.refresh):
        assert tokens("POST", "/api/token/verify/", json_body={"token": token}).status == 401
    assert tokens("POST", "/api/token/refresh/", json_body={"refresh": ola.refresh}).status == 401


def shown(tutor: Person) -> dict[str, object]:
    """Return where and how a tutor is publicly visible."""
    number = tutor.tutor_id
    slots = f"/api/availability/tutors/{number}/slots/"
    return {
        "search": found(""),
        "facets": tutors("GET", "/api/user/tutor/search/facets/").json["skills"],
        "all": len(tutors("GET", "/api/user/tutor/all/").json),
        "details": tutors("GET", f"/api/user/tutor/details/{number}/").status,
        "reviews": reviews("GET", f"/api/user/tutor/reviews/{number}/").status,
        "best": len(reviews("GET", "/api/user/ratings/best/?number_of_ratings=5").json),
        "slots": availability("GET", slots).status,
    }


def test_a_suspended_tutor_is_shown_nowhere(people: People) -> None:
    tutor = people.tutor(first_name="Adam")
    insert("ratings", {"tutor_id": tutor.tutor_id, "student_id": people.student().id, "rating": 5, "review": "x"})
    before = shown(tutor)
    visible = {"search": ["Adam"], "facets": {"Matematyka": 1}, "all": 1, "details": 200}
    assert before == visible | {"reviews": 200, "best": 1, "slots": 200}
    suspend(tutor)
    hidden = {"search": [], "facets": {}, "all": 0, "details": 404, "reviews": 404, "best": 0, "slots": 404}
    assert shown(tutor) == hidden
    query("UPDATE tutors SET listed = true, price = 80")
    query("UPDATE users SET first_name = 'Ewa'")
    assert shown(tutor) == hidden
    lift(tutor)
    assert shown(tutor) == before | {"search": ["Ewa"]}


def test_upcoming_bookings_are_cancelled_and_both_people_notified(people: People) -> None:
    tutor, student, other = free_tutor(people), people.student(), people.student()
    taught, learnt = booked(student, tutor, at(10)), booked(tutor, free_tutor(people), at(12))
    assert wait(other, taught["session"]).status == 201
    suspend(tutor)
    assert (state(taught["id"]), state(learnt["id"])) == (("cancelled", None), ("cancelled", None))
    assert history(taught["id"])[-1] == ("cancelled", "confirmed", "cancelled", "tutor")
    assert query("SELECT state FROM waitlist_entries") == [("closed",)]
    cancellation, account = sent_to(student)[-1], sent_to(tutor)
    assert [mail["Subject"] for mail in account] == ["Twoje konto zostało zawieszone"]
    assert "2" in account[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "odwołane" in str(cancellation["Subject"]).lower()
    assert notified(student)[-1].startswith("Zajęcia odwołane")
    assert inconsistencies() == []


def test_nothing_new_can_be_started_with_a_suspended_person(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation = booked(student, tutor, at(10))
    suspend(tutor)
    assert book(student, tutor, at(14)).status == 404
    waits = {"tutor": tutor.tutor_id, "start_time": reservation["start_time"]}
    assert bookings("POST", WAITLIST, token=student.access, json_body=waits).status == 404
    users = {"users": [{"id": str(tutor.id)}]}
    assert chat("POST", "/api/chat/conversation/", token=student.access, json_body=users).status == 400
    assert query("SELECT count(*) FROM conversations") == [(0,)]


def test_the_calendar_feed_is_not_found_meanwhile(people: People) -> None:
    ola = people.student()
    address = notifications("POST", "/api/reservation/calendar/", token=ola.access).json["url"]
    path = urlsplit(address).path
    suspend(ola)
    assert notifications("GET", path).status == 404
    lift(ola)
    assert notifications("GET", path).status == 200


def test_a_suspended_person_is_mailed_about_the_account_only(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booked(student, tutor, at(10))
    suspend(student)
    query("INSERT INTO mail_outbox (kind, recipient) VALUES ('reset_password', %s)", student.email)
    assert [mail["Subject"] for mail in sent_to(student)] == ["Twoje konto zostało zawieszone", "Resetowanie hasła"]
    lift(student)
    assert sent_to(student)[-1]["Subject"] == "Twoje konto znów działa"


def test_sockets_are_closed_and_the_audit_trail_records_who_and_why(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ola, boss = people.student(), people.student(is_staff=True)
    talk = add_conversation(ola, people.student())
    insert("connections", {"id": "c1", "conversation_id": talk, "user_id": ola.id, "session_id": ola.session_id})
    insert("connections", {"id": "c2", "user_id": ola.id, "session_id": ola.session_id, "protocol": 2})
    closed = closed_sockets(monkeypatch)
    suspend(ola, boss)
    assert sorted(closed) == ["c1", "c2"]
    assert not suspend(ola, boss).changed
    lift(ola)
    assert not lift(ola)
    with transaction() as db:
        suspension.revoke_sessions(db, boss.id, Grounds(None, "Skradzione"))
    assert query("SELECT actor_id, action, user_id, reason FROM staff_actions ORDER BY id") == [
        (boss.id, "suspend", ola.id, REASON),
        (None, "lift", ola.id, "Pomyłka"),
        (None, "revoke_sessions", boss.id, "Skradzione"),
    ]
    with transaction() as db, pytest.raises(suspension.AccountNotFound):
        suspension.suspend(db, UUID(int=9, version=4), Grounds(None, "x"))


@pytest.mark.parametrize("suspended", ["student", "tutor"])
def test_a_booking_that_waited_for_the_suspension_is_refused(people: People, suspended: str) -> None:
    tutor, student = free_tutor(people), people.student()
    person = {"student": student, "tutor": tutor}[suspended]
    with ThreadPoolExecutor(2) as threads, gate_after("UPDATE ON users") as let_go:
        suspending = threads.submit(suspend, person)
        wait_until(lambda: waiting() == 1)
        booking = threads.submit(at_once, partial(book, student, tutor, at(10)))
        wait_until(lambda: waiting() == 2)
        let_go()
        [answer] = booking.result()
        assert suspending.result().changed
    assert answer.status == (403 if suspended == "student" else 404)
    assert query("SELECT count(*) FROM bookings") == [(0,)]


def test_a_booking_being_made_is_cancelled_with_the_others(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    with ThreadPoolExecutor(2) as threads, gate_after("INSERT ON bookings") as let_go:
        booking = threads.submit(at_once, partial(book, student, tutor, at(10)))
        wait_until(lambda: waiting() == 1)
        suspending = threads.submit(suspend, student)
        wait_until(lambda: waiting() == 2)
        let_go()
        assert ([answer.status for answer in booking.result()], suspending.result().changed) == ([201], True)
    assert query("SELECT state FROM bookings") == [("cancelled",)]
    assert inconsistencies() == []


def test_a_sign_in_that_waited_for_the_suspension_is_refused(people: People) -> None:
    ola = people.student()
    with ThreadPoolExecutor(2) as threads, gate_after("UPDATE ON users") as let_go:
        suspending = threads.submit(suspend, ola)
        wait_until(lambda: waiting() == 1)
        signing_in = threads.submit(at_once, partial(sign_in, ola))
        wait_until(lambda: waiting() == 2)
        let_go()
        assert ([answer.status for answer in signing_in.result()], suspending.result().changed) == ([401], True)
    assert query("SELECT count(*) FROM sign_in_sessions") == [(0,)]
