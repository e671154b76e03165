"""Messages while connections break, sockets disappear, and clients send too many."""

import time
from typing import Any

from tests.support.broken_connections import break_connections
from tests.support.chat_clients import Chat, Clients
from tests.support.chat_http import list_messages, open_conversation
from tests.support.conversations import stored_messages
from tests.support.people import People, query

OK = {"statusCode": 200}


def test_a_message_with_an_id_survives_a_broken_connection(chat: Chat, unnoticed: None) -> None:
    chat.student_client.send_message("before")
    break_connections()
    assert chat.student_client.send_message("after", id="1") == OK
    assert chat.tutor_client.bodies == ["before", "after"]
    assert [body for _seq, body, _author in stored_messages()] == ["before", "after"]


def test_a_message_that_cannot_be_stored_is_refused(people: People, clients: Clients, unnoticed: None) -> None:
    conversation = open_conversation(student := people.student(), people.tutor())
    socket, legacy = clients.open(student, conversation, protocol="2"), clients.open(student, conversation)
    for sender in (socket, legacy):
        break_connections()
        assert sender.send_message("lost") == OK
    assert [frame["data"] for frame in socket.frames] == [{"client_id": None, "code": "unavailable"}]
    assert legacy.frames == []
    assert stored_messages() == []


def test_a_gone_socket_is_forgotten_without_delaying_others(clients: Clients, chat: Chat) -> None:
    query("UPDATE connections SET connected_at = now() - interval '1 minute'")
    clients.api.gone = {chat.tutor_client.id}
    assert chat.student_client.send_message("a") == OK
    assert chat.student_client.bodies == ["a"]
    assert query("SELECT id FROM connections") == [(chat.student_client.id,)]
    clients.api.gone = set()
    chat.student_client.send_message("b")
    assert chat.tutor_client.frames == []


def test_a_socket_that_is_still_opening_is_not_forgotten(clients: Clients, chat: Chat) -> None:
    """AWS answers 410 to a post while the handshake is still in progress."""
    clients.api.gone = {chat.tutor_client.id}
    chat.student_client.send_message("w czasie otwierania")
    clients.api.gone = set()
    chat.student_client.send_message("po otwarciu")
    assert chat.tutor_client.bodies == ["po otwarciu"]
    assert [message["body"] for message in list_messages(chat.tutor, chat.id)] == ["w czasie otwierania", "po otwarciu"]


def test_a_socket_that_disconnects_at_once_is_forgotten(chat: Chat) -> None:
    chat.tutor_client.disconnect()
    assert query("SELECT id FROM connections") == [(chat.student_client.id,)]


def test_a_user_may_send_thirty_messages_a_second(people: People, clients: Clients, rate_limits: None) -> None:
    student, tutor = people.student(), people.tutor()
    conversation = open_conversation(student, tutor)
    tabs = [clients.open(student, conversation, protocol="2"), clients.open(student, conversation)]
    listener = clients.open(tutor, conversation)
    listener.send_message("Proszę pisać.")
    started = time.monotonic()
    for number in range(140):
        tabs[number % 2].send_message(str(number))
    windows = int(time.monotonic() - started) + 2
    accepted = len(stored_messages()) - 1
    # The first message of a socket is not counted: its user is not known yet.
    assert 30 <= accepted <= 30 * windows + len(tabs)
    assert accepted < 140
    assert len(listener.frames) == accepted + 1
    refused = [frame["data"]["code"] for frame in tabs[0].frames if frame["event"] == "message_refused"]
    assert set(refused) == {"throttled"}
    assert all("event" not in frame for frame in tabs[1].frames)
    listener.send_message("inny użytkownik")
    assert "inny użytkownik" in listener.bodies


def test_the_limit_is_off_without_redis(people: People, clients: Clients, rate_limits: None, own_redis: Any) -> None:
    conversation = open_conversation(student := people.student(), tutor := people.tutor())
    socket = clients.open(student, conversation)
    own_redis.kill()
    clients.open(tutor, conversation).send_message("Proszę pisać.")
    for number in range(40):
        socket.send_message(str(number))
    assert len(stored_messages()) == 41
