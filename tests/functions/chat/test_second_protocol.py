"""Protocol 2: messages as events, refusals, and client ids that make it safe to resend."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.chat.actions import senders as senders_module
from functions.chat.sockets import handler
from shared.kit.security.rate_limits import Limit
from tests.support.chat_clients import PROCESSES, Chat, Client, Clients, send_together
from tests.support.chat_http import list_messages
from tests.support.conversations import stored_messages


def test_a_client_of_the_second_protocol_gets_events(clients: Clients, chat: Chat) -> None:
    modern = clients.open(chat.student, chat.id, protocol="2")
    modern.send_message("a", id="client-7")
    chat.tutor_client.send_message("b")
    [mine, theirs] = modern.frames
    # Times are formatted as over HTTP; only protocol 1 has the recorded format.
    [first, second] = [
        {**frame, "created_at": item["created_at"]}
        for frame, item in zip(chat.student_client.frames, list_messages(chat.student, chat.id), strict=True)
    ]
    assert mine == {"event": "message_stored", "data": {**first, "seq": 1, "client_id": "client-7"}}
    assert theirs == {"event": "message_stored", "data": {**second, "seq": 2, "client_id": None}}
    assert mine["data"]["created_at"] != chat.student_client.frames[0]["created_at"]
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


def test_a_repeated_message_is_stored_once(clients: Clients, chat: Chat) -> None:
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
def test_an_invalid_id_is_ignored_in_the_first_protocol(chat: Chat, client_id: Any) -> None:
    for _ in range(2):
        chat.student_client.send_message("x", id=client_id)
    assert [seq for seq, _body, _author in stored_messages()] == [1, 2]


@pytest.mark.parametrize("client_id", UNUSABLE_IDS)
@pytest.mark.parametrize("forget", PROCESSES)
def test_an_invalid_id_is_refused_in_the_second_protocol(
    clients: Clients, chat: Chat, client_id: Any, forget: Callable[[], object]
) -> None:
    """If the id were ignored, the message would be stored twice when resent."""
    modern = clients.open(chat.student, chat.id, protocol="2")
    forget()
    modern.send_message("x", id=client_id)
    assert modern.frames == [{"event": "message_refused", "data": {"client_id": None, "code": "bad_message"}}]
    assert (chat.tutor_client.frames, stored_messages()) == ([], [])
    modern.send_message("x", id=None)
    assert [body for _seq, body, _author in stored_messages()] == ["x"]


USELESS_FRAMES = [
    *((text, "bad_frame") for text in ("", " ", "{oops", "[]", '"x"', "5", "null", "NaN", "[" * 60_000, "9" * 10_000)),
    *(
        (json.dumps({"event": event, "data": {"body": "inne", "id": "7"}}), "unknown_event")
        for event in ("CHAT_MESSAGE", "chat_message ", "wave", "$connect", "$default", "", None, 5, ["chat_message"])
    ),
    ('{"event": "wave"}', "unknown_event"),
    ('{"event": "wave", "data": {"id": ["7"]}}', "unknown_event"),
    *((text, "bad_message") for text in ("{}", '{"data": []}', '{"data": {}}', '{"event": "chat_message"}')),
]


@pytest.mark.parametrize("forget", PROCESSES)
@pytest.mark.parametrize(("text", "code"), USELESS_FRAMES, ids=range(len(USELESS_FRAMES)))
def test_every_useless_frame_is_refused_in_the_second_protocol(
    clients: Clients, chat: Chat, text: str, code: str, forget: Callable[[], object]
) -> None:
    modern = clients.open(chat.student, chat.id, protocol="2")
    forget()
    assert modern.send_text(text) == {"statusCode": 200}
    client_id = "7" if '"7"}' in text else None
    assert modern.frames == [{"event": "message_refused", "data": {"client_id": client_id, "code": code}}]
    assert (chat.tutor_client.frames, stored_messages()) == ([], [])


@pytest.mark.parametrize("body", ["/w==", "MTIzNA==", "", "1234"])
def test_a_binary_frame_is_refused_in_the_second_protocol_and_ignored_in_the_first(
    clients: Clients, chat: Chat, body: str
) -> None:
    modern = clients.open(chat.student, chat.id, protocol="2")
    for client in (modern, chat.student_client):
        assert handler({**client.event(body), "isBase64Encoded": True}, None) == {"statusCode": 200}
    assert modern.frames == [{"event": "message_refused", "data": {"client_id": None, "code": "bad_frame"}}]
    assert (chat.student_client.frames, stored_messages()) == ([], [])


def test_refused_frames_have_the_same_limit_as_messages(
    rate_limits: None, clients: Clients, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders_module, "MESSAGES", Limit("messages", 3, 3600))
    modern = clients.open(chat.student, chat.id, protocol="2")
    for _ in range(5):
        modern.send_text("{oops")
    assert [frame["data"]["code"] for frame in modern.frames] == ["bad_frame"] * 3 + ["throttled"] * 2


def test_in_a_batch_messages_without_a_conversation_are_refused(clients: Clients, chat: Chat) -> None:
    assert clients.connect("notes=", token=chat.student.access, notifications="1") == {"statusCode": 200}
    notes = Client("notes=", clients.api)
    send_together((notes, "do nikogo", "1"), (chat.student_client, "raz", None), (notes, "do nikogo", "2"))
    assert notes.frames == [
        {"event": "message_refused", "data": {"client_id": number, "code": "no_conversation"}} for number in "12"
    ]
    assert chat.tutor_client.bodies == ["raz"]
