"""The history over HTTP."""

import json
from uuid import uuid4

import pytest

from tests.support.chat_http import Conversation, call, list_conversations, list_messages, numbered, open_conversation
from tests.support.conversations import add_messages
from tests.support.people import People, query
from tools.cloud.http_event import http_event


def test_messages_come_oldest_first_in_the_frontend_s_shape(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, "Dzień dobry 👋", "<img src=x onerror=alert(1)>")
    add_messages(conversation.id, conversation.tutor, "Witam\n")
    query("UPDATE messages SET created_at = '2034-07-01 10:00:00.123+00' WHERE seq = 1")
    messages = list_messages(conversation.tutor, conversation.id)
    assert [message["body"] for message in messages] == ["Dzień dobry 👋", "<img src=x onerror=alert(1)>", "Witam\n"]
    first_id = query("SELECT id FROM messages WHERE seq = 1")[0][0]
    assert messages[0] == {
        "id": str(first_id),
        "conversation": str(conversation.id),
        "body": "Dzień dobry 👋",
        "created_at": "2034-07-01T12:00:00.123000+02:00",
        "created_by": {
            "id": str(conversation.student.id),
            "first_name": "Ola",
            "last_name": "Nowak",
            "profile_image": "/static/media/uploads/user/default.jpg",
        },
    }
    assert messages[2]["created_by"]["profile_image"] == "/static/media/uploads/user/x.webp"
    assert list_messages(conversation.student, conversation.id) == messages


def test_only_members_see_messages(people: People, conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, "tajne")
    list_messages(conversation.student, conversation.id)
    stranger = people.student()
    for parameters in ("", "number_of_last_messages=5", "after=0", "before=9"):
        assert list_messages(stranger, conversation.id, parameters) == []
        assert list_messages(stranger, uuid4(), parameters) == []


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("", numbered(1, 8)),
        ("number_of_last_messages=", numbered(1, 8)),
        ("number_of_last_messages=3", ["8", "7", "6"]),
        ("number_of_last_messages=2.7", ["8", "7"]),
        ("number_of_last_messages=0", []),
        ("number_of_last_messages=99", numbered(1, 8)[::-1]),
        ("number_of_last_messages=2147483647", numbered(1, 8)[::-1]),
        ("number_of_last_messages=x&number_of_last_messages=1", ["8"]),
        ("after=0", numbered(1, 8)),
        ("after=6", ["7", "8"]),
        ("after=8", []),
        ("after=2147483647", []),
        ("before=3", ["1", "2"]),
        ("before=1", []),
        ("before=0", []),
        ("before=2147483647", numbered(1, 8)),
        ("after=2&before=5", ["3", "4"]),
        ("after=2&number_of_last_messages=2", ["3", "4"]),
        ("before=5&number_of_last_messages=2", ["3", "4"]),
        ("before=5&number_of_last_messages=0", []),
        ("other=1", numbered(1, 8)),
    ],
)
def test_a_client_can_ask_for_a_part_of_the_history(
    conversation: Conversation, parameters: str, expected: list[str]
) -> None:
    add_messages(conversation.id, conversation.student, *numbered(1, 8))
    for _turn in ("from PostgreSQL", "from Redis"):
        assert conversation.bodies(parameters) == expected


def test_only_a_client_that_pages_by_seq_gets_seq(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, *numbered(1, 4))
    assert [message["seq"] for message in list_messages(conversation.student, conversation.id, "after=2")] == [3, 4]
    assert [message["seq"] for message in list_messages(conversation.student, conversation.id, "before=3")] == [1, 2]
    assert all("seq" not in message for message in list_messages(conversation.student, conversation.id))
    assert all(
        "seq" not in message
        for message in list_messages(conversation.student, conversation.id, "number_of_last_messages=2")
    )


@pytest.mark.parametrize("name", ["number_of_last_messages", "before", "after"])
@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("abc", "Wpisz liczbę."),
        ("NaN", "Wpisz liczbę."),
        ("%00", "Wpisz liczbę."),
        ("-1", "Upewnij się, że ta wartość jest większa lub równa 0."),
        ("1e30", "Upewnij się, że ta wartość jest mniejsza lub równa 2147483647."),
    ],
)
def test_a_malformed_number_is_refused(conversation: Conversation, name: str, value: str, complaint: str) -> None:
    path = f"/api/chat/conversation_detail/{conversation.id}/?{name}={value}"
    answer = call("GET", path, token=conversation.student.access)
    assert (answer.status, answer.json) == (400, {name: [complaint]})


def test_the_newest_five_hundred_are_returned(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, *numbered(1, 620))
    for _turn in ("from PostgreSQL", "from Redis"):
        assert conversation.bodies() == numbered(121, 620)
        assert conversation.bodies("number_of_last_messages=620") == numbered(121, 620)[::-1]
    assert conversation.bodies("after=0") == numbered(1, 500)
    assert conversation.bodies("before=121") == numbered(1, 120)
    assert conversation.bodies("before=510") == numbered(10, 509)


def test_authors_are_shown_as_they_are_now(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, "a")
    add_messages(conversation.id, conversation.tutor, "b")
    list_messages(conversation.student, conversation.id)
    query("UPDATE users SET first_name = 'Ewa' WHERE id = %s", conversation.student.id)
    assert list_messages(conversation.student, conversation.id)[0]["created_by"]["first_name"] == "Ewa"
    query("DELETE FROM users WHERE id = %s", conversation.tutor.id)
    assert [message["created_by"] and "Ewa" for message in list_messages(conversation.student, conversation.id)] == [
        "Ewa",
        None,
    ]


def encoded(token: str, path: str) -> int:
    """Return the bytes of an answer as Lambda counts them."""
    event = http_event("GET", path, headers={"authorization": f"Bearer {token}"})
    return len(json.dumps(call.handler(event, None)).encode())


@pytest.mark.parametrize("letter", ["x", "\u0001", *(pytest.param(each, marks=pytest.mark.proof) for each in 'ł😀"')])
def test_an_answer_with_long_messages_fits_into_lambda_s_limit(conversation: Conversation, letter: str) -> None:
    """A Lambda function may return 6 MB; the client asks for the rest."""
    add_messages(conversation.id, conversation.student, *(f"{number} {letter * 7_990}" for number in range(500)))
    path = f"/api/chat/conversation_detail/{conversation.id}/"
    for parameters in ("", "?number_of_last_messages=500", "?after=0", "?before=501"):
        assert encoded(conversation.student.access, path + parameters) < 6_000_000
    newest = [body.partition(" ")[0] for body in conversation.bodies()]
    assert newest == [str(number) for number in range(500 - len(newest), 500)]
    assert [body.partition(" ")[0] for body in conversation.bodies("number_of_last_messages=500")] == newest[::-1]
    seen: list[int] = []
    while more := list_messages(conversation.student, conversation.id, f"after={seen[-1] if seen else 0}"):
        seen += [message["seq"] for message in more]
    assert seen == list(range(1, 501))
    back: list[int] = []
    while more := list_messages(conversation.student, conversation.id, f"before={back[0] if back else 501}"):
        back = [message["seq"] for message in more] + back
    assert back == seen


def test_long_last_messages_fit_into_the_list_of_conversations(people: People) -> None:
    me = people.student()
    for _ in range(120):
        partner = people.student()
        add_messages(open_conversation(partner, me), partner, "ł" * 8_000)
    assert encoded(me.access, "/api/chat/conversations/") < 6_000_000
    assert len(list_conversations(me)) > 50
