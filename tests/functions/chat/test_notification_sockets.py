"""Notifications on open sockets: on those that asked for them, and on none of the shipped client."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from functions.chat.actions import senders
from functions.chat.keep_alive_job import handler as keep_alive
from functions.tokens.handler import handler as tokens
from shared.kit.security.rate_limits import Limit
from shared.kit.security.tokens import Claims, issue
from tests.support.booking_rows import insert_booking
from tests.support.chat_clients import Client, Clients
from tests.support.conversations import add_conversation
from tests.support.lambda_client import LambdaClient
from tests.support.notifications import dispatch
from tests.support.people import People, Person, insert, query

OK, UNAUTHORIZED, FORBIDDEN = {"statusCode": 200}, {"statusCode": 401}, {"statusCode": 403}
ASK = {"data": {"send_back_unread_notification_count": True}}


def listen(clients: Clients, person: Person, name: str = "notes=") -> Client:
    assert clients.connect(name, token=person.access, notifications="1") == OK
    return Client(name, clients.api)


@pytest.fixture
def pair(people: People) -> tuple[Person, Person]:
    return people.student(), people.tutor()


def test_a_notification_reaches_only_sockets_that_asked_for_it(clients: Clients, pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    notes, modern = listen(clients, tutor), clients.open(tutor, conversation, protocol="2")
    legacy, other = clients.open(tutor, conversation), listen(clients, student, "other=")
    insert_booking(student, tutor).change("confirmed")
    dispatch()
    assert notes.frames == modern.frames
    [frame] = notes.frames
    assert frame["event"] == "notification_created"
    message = frame["data"]["notification"]["message"]
    assert message.startswith("Nowa rezerwacja: Ola Nowak, w środę 10 stycznia 2035 o 14:00")
    assert frame["data"].keys() == {
        *("id", "notification", "is_read", "created_at", "kind", "data", "unread_notification_count")
    }
    assert (frame["data"]["is_read"], frame["data"]["unread_notification_count"]) == (False, 1)
    assert legacy.frames == []
    assert other.frames == []


def test_a_gone_socket_is_forgotten_and_the_others_are_notified(clients: Clients, pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    gone, here = listen(clients, tutor, "gone="), listen(clients, tutor, "here=")
    query("UPDATE connections SET connected_at = now() - interval '1 minute'")
    clients.api.gone = {gone.id}
    insert_booking(student, tutor).change("confirmed")
    dispatch()
    assert len(here.frames) == 1
    assert query("SELECT id FROM connections") == [(here.id,)]


def test_a_socket_can_ask_for_the_number_of_unread_notifications(clients: Clients, pair: tuple[Person, Person]) -> None:
    student, _tutor = pair
    notes = listen(clients, student)
    for is_read in (False, True, False):
        insert("notifications", {"user_id": student.id, "kind": "x", "message": "x", "is_read": is_read})
    assert notes.send(ASK) == OK
    assert notes.frames == [{"unread_notification_count": 2}]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"data": {"send_back_unread_notification_count": False}}, "bad_message"),
        ({"data": {"send_back_unread_notification_count": "true"}}, "bad_message"),
        ({"event": "nonsense", "data": {"send_back_unread_notification_count": True}}, "unknown_event"),
        ({"event": "chat_message", "data": {"body": "do nikogo"}}, "no_conversation"),
        ({"data": {"body": "do nikogo"}}, "no_conversation"),
        ({"data": []}, "bad_message"),
        ([], "bad_frame"),
        ("x", "bad_frame"),
    ],
)
def test_other_frames_on_it_are_refused_and_not_stored(
    clients: Clients, pair: tuple[Person, Person], frame: Any, code: str
) -> None:
    notes = listen(clients, pair[0])
    notes.send(frame)
    assert notes.frames == [{"event": "message_refused", "data": {"client_id": None, "code": code}}]
    assert query("SELECT * FROM messages") == []


def test_a_conversation_socket_gets_no_answer(clients: Clients, pair: tuple[Person, Person]) -> None:
    conversation = add_conversation(*pair)
    legacy, modern = clients.open(pair[0], conversation), clients.open(pair[0], conversation, protocol="2")
    assert [client.send(ASK) for client in (legacy, modern)] == [OK, OK]
    assert legacy.frames == []
    assert [frame["event"] for frame in modern.frames] == ["message_refused"]


def test_questions_have_the_same_limit_as_messages(
    rate_limits: None, clients: Clients, pair: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "MESSAGES", Limit("messages", 3, 3600))
    notes = listen(clients, pair[0])
    assert [notes.send(ASK) for _ in range(6)] == [OK] * 6
    assert notes.frames == [{"unread_notification_count": 0}] * 3


@pytest.mark.parametrize(
    ("query_of", "answer"),
    [
        (lambda _: {}, UNAUTHORIZED),
        (lambda _: {"token": "null"}, UNAUTHORIZED),
        (lambda person: {"token": person.refresh}, UNAUTHORIZED),
        (lambda person: {"token": person.access, "notifications": "0"}, FORBIDDEN),
        (lambda person: {"token": person.access, "conversation": str(uuid4())}, FORBIDDEN),
        (lambda person: {"token": of_an_ended_session(person)}, FORBIDDEN),
    ],
)
def test_a_bad_token_or_query_is_refused(people: People, clients: Clients, query_of: Any, answer: Any) -> None:
    assert clients.connect(**{"notifications": "1", **query_of(people.student())}) == answer
    assert query("SELECT * FROM connections") == []


def of_an_ended_session(person: Person) -> str:
    return issue(Claims("access", person.id, uuid4(), datetime.now(UTC) + timedelta(hours=1)))


def test_signing_out_closes_it(clients: Clients, pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    closing, staying = listen(clients, student, "closing="), listen(clients, tutor, "staying=")
    assert LambdaClient(tokens)("POST", "/api/token/logout/", token=student.access).status == 200
    assert clients.api.closed == [closing.id]
    assert query("SELECT id FROM connections") == [(staying.id,)]


def test_a_socket_is_closed_with_its_session_and_its_account(clients: Clients, pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    listen(clients, student, "one=")
    listen(clients, tutor, "two=")
    query("DELETE FROM sign_in_sessions WHERE id = %s", student.session_id)
    query("DELETE FROM users WHERE id = %s", tutor.id)
    assert query("SELECT * FROM connections") == []


def test_it_is_kept_alive_and_forgotten_when_it_disconnects(clients: Clients, pair: tuple[Person, Person]) -> None:
    notes = listen(clients, pair[0])
    assert keep_alive({}, None) == {"pinged": 0, "gone": 0}
    query("UPDATE connections SET touched_at = touched_at - interval '6 minutes'")
    assert keep_alive({}, None) == {"pinged": 1, "gone": 0}
    assert keep_alive({}, None) == {"pinged": 0, "gone": 0}
    assert notes.frames == [[]]
    assert notes.disconnect() == OK
    assert query("SELECT * FROM connections") == []
