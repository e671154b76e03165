"""Blocking a person, and muting and archiving a conversation."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

import pytest

from functions.chat.attachments_handler import handler as attachments_handler
from functions.chat.handler import handler
from tests.support.booking_client import (
    RESERVATIONS,
    SERIES,
    WAITLIST,
    at,
    book,
    booked,
    free_tutor,
    offered,
    post,
    wait,
)
from tests.support.booking_client import call as call_bookings
from tests.support.chat_clients import Chat, Client, Clients
from tests.support.chat_http import list_messages, open_conversation
from tests.support.conversations import stored_messages
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.paused_transactions import gate_after, wait_until, waiting
from tests.support.people import People, Person, query
from tests.support.races import at_once

call, uploads = LambdaClient(handler), LambdaClient(attachments_handler)


def block(person: Person, other: Person | UUID) -> Answer:
    other_id = other if isinstance(other, UUID) else other.id
    return call("POST", f"/api/chat/blocked/{other_id}/", token=person.access)


def unblock(person: Person, other: Person) -> Answer:
    return call("DELETE", f"/api/chat/blocked/{other.id}/", token=person.access)


def blocked(person: Person) -> list[str]:
    return [each["id"] for each in call("GET", "/api/chat/blocked/", token=person.access).json["results"]]


def bodies() -> list[str]:
    return [body for _seq, body, _author in stored_messages()]


def codes(client: Client) -> list[str]:
    return [frame["data"]["code"] for frame in client.frames if frame.get("event") == "message_refused"]


def test_messages_from_a_blocked_person_are_refused(clients: Clients, chat: Chat) -> None:
    modern = clients.open(chat.student, chat.id, protocol="2")
    modern.send_message("przed", id="1")
    assert block(chat.tutor, chat.student).status == 200
    modern.send_message("po", id="2")
    chat.student_client.send_message("po, ze starej strony")
    modern.send_message("przed", id="1")
    assert bodies() == chat.tutor_client.bodies == chat.student_client.bodies == ["przed"]
    stored, refused, again = modern.frames
    assert (stored, refused["data"]) == (again, {"client_id": "2", "code": "blocked"})
    assert [each["body"] for each in list_messages(chat.student, chat.id)] == ["przed"]


def test_the_person_who_blocked_cannot_write_either(clients: Clients, chat: Chat) -> None:
    modern = clients.open(chat.tutor, chat.id, protocol="2")
    block(chat.tutor, chat.student)
    modern.send_message("x")
    assert (codes(modern), bodies()) == (["blocked"], [])


def test_after_unblocking_both_can_write_again(clients: Clients, chat: Chat) -> None:
    for one, other in ((chat.tutor, chat.student), (chat.student, chat.tutor), (chat.student, chat.tutor)):
        assert block(one, other).status == 200
    unblock(chat.tutor, chat.student)
    chat.student_client.send_message("jeszcze nie")
    unblock(chat.student, chat.tutor)
    chat.student_client.send_message("już")
    assert bodies() == ["już"]
    assert unblock(chat.student, chat.tutor).status == 200


def test_a_conversation_opened_later_is_blocked_too(people: People, clients: Clients) -> None:
    student, tutor = people.student(), people.tutor()
    block(tutor, student)
    conversation = open_conversation(student, tutor)
    clients.open(student, conversation).send_message("x")
    assert bodies() == []


def test_blocked_people_are_listed(people: People) -> None:
    ola, jan, ewa = people.student(), people.student(), people.tutor()
    for each in (jan, ewa):
        block(ola, each)
    assert blocked(ola) == [str(ewa.id), str(jan.id)]
    assert blocked(jan) == []
    unblock(ola, ewa)
    assert blocked(ola) == [str(jan.id)]


def test_oneself_and_unknown_or_unconfirmed_accounts_cannot_be_blocked(people: People) -> None:
    ola, newcomer = people.student(), people.student(confirmed_at=None)
    assert (block(ola, ola).status, block(ola, ola).json["code"]) == (400, "own_account")
    for nobody in (UUID(int=7, version=4), newcomer):
        assert block(ola, nobody).status == 404
    assert query("SELECT count(*) FROM blocks") == [(0,)]


def test_blocked_people_cannot_book_with_each_other(people: People) -> None:
    tutor, student, other = free_tutor(people, days=8), people.student(), people.student()
    booked(student, tutor, at(8))
    group = booked(other, tutor, at(10), kind="group")
    individual = booked(other, tutor, at(12))
    waits = {"tutor": tutor.tutor_id, "start_time": individual["start_time"]}
    assert call_bookings("POST", WAITLIST, token=student.access, json_body=waits).status == 201
    block(student, tutor)
    series = {"tutor": tutor.tutor_id, "start_time": at(14).isoformat(), "length": 60, "weeks": 2}
    answers = [
        book(student, tutor, at(14)),
        call_bookings("POST", RESERVATIONS, token=student.access, json_body={"session": group["session"]}),
        call_bookings("POST", SERIES, token=student.access, json_body=series),
        call_bookings("POST", WAITLIST, token=student.access, json_body=waits),
    ]
    assert [(each.status, each.json["code"]) for each in answers] == [(403, "blocked")] * 4
    assert query("SELECT state FROM waitlist_entries") == [("left",)]
    assert query("SELECT state FROM bookings WHERE student_id = %s", student.id) == [("confirmed",)]
    assert book(other, tutor, at(14)).status == 201


@pytest.mark.parametrize("blocker", ["tutor", "student"])
def test_an_offer_from_before_the_block_cannot_be_accepted(people: People, blocker: str) -> None:
    tutor, student, other = free_tutor(people), people.student(), people.student()
    taken = booked(other, tutor, at(10))
    wait(student, taken["session"])
    assert post(other, f"{taken['id']}/cancel/").status == 200
    offer = offered(student)
    assert block(*((tutor, student) if blocker == "tutor" else (student, tutor))).status == 200
    refused = post(student, f"{offer}/accept/")
    assert (refused.status, refused.json["code"]) == (403, "blocked")
    assert query("SELECT state, awaiting FROM bookings WHERE id = %s", offer) == [("pending", "student")]
    assert post(student, f"{offer}/cancel/").status == 200


def test_a_message_being_stored_commits_before_the_block(clients: Clients, chat: Chat) -> None:
    modern = clients.open(chat.student, chat.id, protocol="2")
    with ThreadPoolExecutor(2) as threads, gate_after("INSERT ON messages") as let_go:
        sent = threads.submit(modern.send_message, "w drodze")
        wait_until(lambda: waiting() == 1)
        blocking = threads.submit(at_once, partial(block, chat.tutor, chat.student))
        wait_until(lambda: waiting() == 2)
        let_go()
        assert ([answer.status for answer in blocking.result()], sent.result()) == ([200], {"statusCode": 200})
    modern.send_message("za późno")
    assert bodies() == ["w drodze"]
    assert codes(modern) == ["blocked"]


def test_a_message_that_waited_for_the_block_is_refused(clients: Clients, chat: Chat) -> None:
    modern = clients.open(chat.student, chat.id, protocol="2")
    with ThreadPoolExecutor(2) as threads, gate_after("UPDATE ON conversations") as let_go:
        blocking = threads.submit(at_once, partial(block, chat.tutor, chat.student))
        wait_until(lambda: waiting() == 1)
        sent = threads.submit(modern.send_message, "za późno")
        wait_until(lambda: waiting() == 2)
        let_go()
        assert ([answer.status for answer in blocking.result()], sent.result()) == ([200], {"statusCode": 200})
    assert (bodies(), codes(modern)) == ([], ["blocked"])


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=pytest.mark.proof)])
def test_a_conversation_opened_during_a_block_is_blocked(people: People, rounds: int) -> None:
    for _ in range(rounds):
        student, tutor = people.student(), people.tutor()
        at_once(lambda: block(tutor, student).status, lambda: bool(open_conversation(student, tutor)))  # noqa: B023 - run before the next round
    assert query("SELECT is_blocked, count(*)::int FROM conversations GROUP BY 1") == [(True, rounds)]


def change(person: Person, conversation: UUID, what: str) -> int:
    return call("POST", f"/api/chat/conversations/{conversation}/{what}/", token=person.access).status


def state(person: Person) -> tuple[bool, bool]:
    """Return whether the person's only conversation is muted and archived."""
    [(muted, archived)] = query(
        "SELECT is_muted, coalesce(archived_seq >= last_seq, false) FROM conversation_members m"
        " JOIN conversations c ON c.id = m.conversation_id WHERE user_id = %s",
        person.id,
    )
    return muted, archived


def test_an_archived_conversation_comes_back_with_a_message(chat: Chat) -> None:
    chat.student_client.send_message("raz")
    assert change(chat.tutor, chat.id, "archive") == 200
    assert (state(chat.tutor), state(chat.student)) == ((False, True), (False, False))
    chat.student_client.send_message("dwa")
    assert state(chat.tutor) == (False, False)
    change(chat.tutor, chat.id, "archive")
    assert change(chat.tutor, chat.id, "unarchive") == 200
    assert state(chat.tutor) == (False, False)


def test_a_conversation_is_muted_for_one_member_only(chat: Chat) -> None:
    assert change(chat.tutor, chat.id, "mute") == 200
    assert (state(chat.tutor), state(chat.student)) == ((True, False), (False, False))
    assert change(chat.tutor, chat.id, "unmute") == 200
    assert state(chat.tutor) == (False, False)


@pytest.mark.parametrize("what", ["mute", "unmute", "archive", "unarchive"])
def test_other_people_s_conversations_are_not_found(people: People, chat: Chat, what: str) -> None:
    assert change(people.student(), chat.id, what) == 404
    assert change(chat.student, UUID(int=7, version=4), what) == 404


@pytest.mark.parametrize("person", ["student", "tutor"])
def test_behind_a_block_messages_cannot_be_edited_or_reacted_to(chat: Chat, person: str) -> None:
    chat.student_client.send_message("raz")
    chat.tutor_client.send_message("dwa")
    caller, seq = (chat.student, 1) if person == "student" else (chat.tutor, 2)
    block(chat.tutor, chat.student)
    path = f"/api/chat/conversations/{chat.id}/messages/{seq}/"
    edited = call("PATCH", path, token=caller.access, json_body={"body": "coś złego"})
    reacted = call("POST", f"{path}reactions/", token=caller.access, json_body={"emoji": "👍"})
    assert [(each.status, each.json["code"]) for each in (edited, reacted)] == [(403, "blocked")] * 2
    assert bodies() == ["raz", "dwa"]
    assert call("DELETE", path, token=caller.access).status == 200


def test_behind_a_block_nothing_can_be_uploaded(chat: Chat) -> None:
    block(chat.tutor, chat.student)
    path = f"/api/chat/conversations/{chat.id}/attachments/"
    for person in (chat.student, chat.tutor):
        refused = uploads("POST", path, token=person.access, json_body={"name": "a.txt", "size": 4})
        assert (refused.status, refused.json["code"]) == (403, "blocked")
    assert query("SELECT count(*) FROM attachments") == [(0,)]
