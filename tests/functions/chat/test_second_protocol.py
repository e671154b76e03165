"""The second protocol: messages as events, refusals, and ids of the client's own that make a resend harmless."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.chat.actions.senders import senders
from tests.support.chat_clients import Chat, Clients
from tests.support.chat_http import list_messages
from tests.support.conversations import stored_messages


def test_a_client_of_the_second_protocol_gets_events(clients: Clients, chat: Chat) -> None:
    modern = clients.open(chat.student, chat.id, protocol="2")
    modern.send_message("a", id="client-7")
    chat.tutor_client.send_message("b")
    [mine, theirs] = modern.frames
    assert mine == {
        "event": "message_stored",
        "data": {**chat.student_client.frames[0], "seq": 1, "client_id": "client-7"},
    }
    assert theirs == {"event": "message_stored", "data": {**chat.student_client.frames[1], "seq": 2, "client_id": None}}
    assert "seq" not in chat.student_client.frames[0]


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        ({"body": "", "id": "7"}, {"client_id": "7", "code": "bad_message"}),
        ({"body": "x" * 8_001, "id": "7"}, {"client_id": "7", "code": "bad_message"}),
        ({"body": "a\0"}, {"client_id": None, "code": "bad_message"}),
        ({"body": "\u200b\u3164 \ufeff\u2800", "id": "7"}, {"client_id": "7", "code": "bad_message"}),
        ({"id": "x" * 101}, {"client_id": None, "code": "bad_message"}),
        (None, {"client_id": None, "code": "bad_message"}),
    ],
)
def test_a_client_of_the_second_protocol_is_sent_refusals(
    clients: Clients, chat: Chat, data: Any, refusal: dict[str, Any]
) -> None:
    modern = clients.open(chat.student, chat.id, protocol="2")
    modern.send({"event": "chat_message", "data": data})
    assert modern.frames == [{"event": "message_refused", "data": refusal}]
    assert (chat.student_client.frames, chat.tutor_client.frames, stored_messages()) == ([], [], [])


def test_a_message_sent_again_is_the_same_message(clients: Clients, chat: Chat) -> None:
    modern = clients.open(chat.student, chat.id, protocol="2")
    modern.send_message("raz", id="7")
    chat.tutor_client.send_message("między")
    modern.send_message("raz, inaczej", id="7")
    assert [body for _seq, body, _author in stored_messages()] == ["raz", "między"]
    assert modern.frames[2] == modern.frames[0]
    assert chat.tutor_client.bodies == ["raz", "między"]
    assert [message["body"] for message in list_messages(chat.student, chat.id)] == ["raz", "między"]
    chat.tutor_client.send_message("moje siedem", id="7")
    assert chat.student_client.bodies == ["raz", "między", "moje siedem"]


UNUSABLE_IDS = [5, True, [], {}, "", "x" * 101, "a\0b", "\ud800"]


@pytest.mark.parametrize("client_id", [None, *UNUSABLE_IDS])
def test_an_unusable_id_means_nothing_in_the_legacy_protocol(chat: Chat, client_id: Any) -> None:
    for _ in range(2):
        chat.student_client.send_message("x", id=client_id)
    assert [seq for seq, _body, _author in stored_messages()] == [1, 2]


@pytest.mark.parametrize("client_id", UNUSABLE_IDS)
@pytest.mark.parametrize("forget", [dict, senders.known.clear], ids=["same process", "another process"])
def test_an_unusable_id_is_refused_in_the_second_protocol(
    clients: Clients, chat: Chat, client_id: Any, forget: Callable[[], object]
) -> None:
    """Taken without it, the message would be stored twice when it is sent again."""
    modern = clients.open(chat.student, chat.id, protocol="2")
    forget()
    modern.send_message("x", id=client_id)
    assert modern.frames == [{"event": "message_refused", "data": {"client_id": None, "code": "bad_message"}}]
    assert (chat.tutor_client.frames, stored_messages()) == ([], [])
    modern.send_message("x", id=None)
    assert [body for _seq, body, _author in stored_messages()] == ["x"]
