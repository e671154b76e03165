"""Messages over sockets: stored, numbered and pushed in the shape of the legacy client."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chat_clients import Chat, Clients, route_key
from tests.support.chat_http import list_conversations, list_messages, open_conversation
from tests.support.conversations import stored_messages
from tests.support.invisible_texts import INVISIBLE_TEXTS
from tests.support.people import People

OK = {"statusCode": 200}


def test_a_message_reaches_both_sides_in_the_frontend_s_shape(chat: Chat) -> None:
    assert chat.tutor_client.send_message("Dzień dobry 👋\n<b>") == OK
    [frame] = chat.student_client.frames
    assert chat.tutor_client.frames == [frame]
    assert list(frame) == ["id", "conversation", "body", "created_at", "created_by"]
    assert (frame["conversation"], frame["body"]) == (str(chat.id), "Dzień dobry 👋\n<b>")
    assert frame["created_by"] == {
        "id": str(chat.tutor.id),
        "first_name": "Łucja",
        "last_name": "Nowak",
        "profile_image": "/static/media/uploads/user/x.webp",
    }
    moment = datetime.strptime(frame["created_at"], "%Y-%m-%dT%H:%M:%S.%f%z")
    assert frame["created_at"][-5:] in {"+0100", "+0200"}
    [message] = list_messages(chat.student, chat.id)
    assert datetime.fromisoformat(message["created_at"]) == moment
    assert message | {"created_at": frame["created_at"]} == frame


def test_a_message_reaches_all_sockets_of_its_conversation_and_no_others(
    people: People, clients: Clients, chat: Chat
) -> None:
    second_tab = clients.open(chat.student, chat.id)
    elsewhere = clients.open(chat.student, open_conversation(chat.student, people.tutor()))
    chat.student_client.send_message("a")
    chat.tutor_client.send_message("b")
    for client in (chat.student_client, chat.tutor_client, second_tab):
        assert client.bodies == ["a", "b"]
    assert elsewhere.frames == []
    assert stored_messages() == [(1, "a", chat.student.id), (2, "b", chat.tutor.id)]


def test_a_message_moves_the_conversation_to_the_top(people: People, clients: Clients, chat: Chat) -> None:
    newer = open_conversation(chat.student, people.tutor())
    assert [each["id"] for each in list_conversations(chat.student)] == [str(newer), str(chat.id)]
    chat.tutor_client.send_message("na górę")
    first = list_conversations(chat.student)[0]
    assert (first["id"], first["last_message"]["body"]) == (str(chat.id), "na górę")
    assert first["updated_at"] == first["last_message"]["created_at"]


@pytest.mark.parametrize(
    "author", [lambda chat: str(chat.tutor.id), lambda _: str(uuid4()), lambda _: "", lambda _: ["x"]]
)
def test_the_author_is_the_owner_of_the_socket(chat: Chat, author: Callable[[Chat], Any]) -> None:
    chat.student_client.send_message("podszywam się", created_by=author(chat), conversation=str(uuid4()), seq=9)
    assert stored_messages() == [(1, "podszywam się", chat.student.id)]
    assert chat.tutor_client.frames[0]["created_by"]["id"] == str(chat.student.id)


def test_a_frame_without_an_event_is_a_message(chat: Chat) -> None:
    chat.student_client.send({"data": {"body": "bez zdarzenia"}})
    assert chat.tutor_client.bodies == ["bez zdarzenia"]


@pytest.mark.parametrize("body", ["x" * 8_000, "😀" * 8_000, " a ", "0", "{}", "\u202ea", "a\u0001", "o\u0301\u200b"])
def test_a_body_is_stored_as_written(chat: Chat, body: str) -> None:
    chat.student_client.send_message(body)
    assert chat.tutor_client.bodies == [body]
    assert list_messages(chat.tutor, chat.id)[0]["body"] == body


BAD_BODIES: list[Any] = [None, 5, True, [], {}, "", " \n\t", "\u00a0", "a\0b", "\ud800", "x" * 8_001, "ż" * 100_000]
BAD_BODIES += INVISIBLE_TEXTS
ODD_FRAMES = [
    "",
    " ",
    "{oops",
    "[]",
    '"x"',
    "5",
    "null",
    "NaN",
    "{}",
    "[" * 60_000,
    '{"a":' * 20_000,
    "9" * 10_000,
    '{"event":"chat_message"}',
    '{"event":"chat_message","data":null}',
    '{"event":"chat_message","data":[]}',
    '{"event":"chat_message","data":"x"}',
    '{"event":"chat_message","data":{}}',
    '{"event":"typing","data":{"body":"inne"}}',
    '{"event":"$connect","data":{"body":"inne"}}',
    '{"event":"$disconnect","data":{"body":"inne"}}',
    '{"event":null,"data":{"body":"inne"}}',
    '{"event":["chat_message"],"data":{"body":"inne"}}',
    *(json.dumps({"event": "chat_message", "data": {"body": body}}) for body in BAD_BODIES),
]


# These come before the invisible texts, which are many and similar.
FEW = len(ODD_FRAMES) - len(INVISIBLE_TEXTS) + 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=str(number), marks=() if number < FEW else pytest.mark.proof)
        for number, text in enumerate(ODD_FRAMES)
    ],
)
def test_an_odd_frame_is_ignored_without_an_answer(chat: Chat, text: str) -> None:
    """The legacy client would draw any object it is sent as a message."""
    assert chat.student_client.send_text(text) == OK
    assert stored_messages() == []
    assert (chat.student_client.frames, chat.tutor_client.frames) == ([], [])
    chat.student_client.send_message("dalej")
    assert chat.tutor_client.bodies == ["dalej"]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("event", "data", "body", "id")), inner)
    ),
)


@given(frame=JSON | st.fixed_dictionaries({"event": st.just("chat_message"), "data": JSON}), text=st.text())
@settings(max_examples=120)
def test_no_frame_crashes_the_function(chat: Chat, frame: Any, text: str) -> None:
    for sent in (json.dumps(frame), text):
        before = len(stored_messages())
        answer = chat.student_client.send_text(sent)
        assert answer == OK, answer
        assert len(stored_messages()) - before in {0, 1}
        if route_key(sent) == "$default" and not isinstance(frame, dict):
            assert len(stored_messages()) == before
