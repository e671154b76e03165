"""Editing and deleting messages: who may, what both members see, and that the shipped client hears nothing."""

from typing import Any
from uuid import uuid4

import pytest

from functions.chat.data import history_window
from shared.kit import redis
from tests.support.chat_changes import change, message_path
from tests.support.chat_clients import Chat, Client, Clients
from tests.support.chat_http import Conversation, list_conversations, list_messages
from tests.support.conversations import add_messages
from tests.support.people import People, Person, query

LONG_AGO = "UPDATE messages SET created_at = now() - interval '15 minutes 1 second'"
DELETED = "Wiadomość usunięta"


def bodies(person: Person, conversation: Any, parameters: str = "") -> list[str]:
    return [each["body"] for each in list_messages(person, conversation, parameters)]


def changes_told(client: Client) -> list[dict[str, Any]]:
    """Return the frames about changed messages that a client received."""
    changes = {"message_edited", "message_deleted", "reaction_changed"}
    return [frame for frame in client.frames if frame["event"] in changes]


def test_both_members_see_an_edited_message(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, "raz", "dwa")
    assert bodies(conversation.tutor, conversation.id) == ["raz", "dwa"]
    answer = change("PATCH", conversation.student, conversation.id, 1, {"body": " jeden "})
    [message_id, edited_at] = query("SELECT id::text, edited_at FROM messages WHERE seq = 1")[0]
    assert answer.status == 200
    assert answer.json == {
        "conversation": str(conversation.id),
        "seq": 1,
        "id": message_id,
        "change_seq": 1,
        "body": " jeden ",
        "edited_at": answer.json["edited_at"],
    }
    assert edited_at is not None
    for person in (conversation.student, conversation.tutor):
        for _turn in ("from PostgreSQL", "from Redis"):
            assert bodies(person, conversation.id) == [" jeden ", "dwa"]
        assert bodies(person, conversation.id, "after=0") == [" jeden ", "dwa"]


@pytest.mark.parametrize("body", ["", "\u200b", "x" * 8_001, "a\0", None, 5 * [1]])
def test_a_message_cannot_be_edited_into_an_invalid_one(conversation: Conversation, body: Any) -> None:
    add_messages(conversation.id, conversation.student, "raz")
    answer = change("PATCH", conversation.student, conversation.id, 1, {"body": body})
    assert (answer.status, list(answer.json)) == (400, ["body"])
    assert conversation.stored() == ["raz"]


def test_only_the_author_can_edit_and_only_for_15_minutes(people: People, conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, "raz")
    stranger, change_to = people.student(), {"body": "dwa"}

    def edit(person: Person, conversation_id: Any, seq: int) -> tuple[int, str]:
        answer = change("PATCH", person, conversation_id, seq, change_to)
        return answer.status, answer.json["code"]

    assert edit(conversation.tutor, conversation.id, 1) == (403, "not_your_message")
    nothing = (404, "message_not_found")
    assert edit(stranger, conversation.id, 1) == nothing
    assert edit(conversation.student, conversation.id, 2) == nothing
    assert edit(conversation.student, uuid4(), 1) == nothing
    query(LONG_AGO)
    assert edit(conversation.student, conversation.id, 1) == (409, "too_late_to_change")
    assert conversation.stored() == ["raz"]
    query("UPDATE messages SET created_at = now()")
    assert change("DELETE", conversation.student, conversation.id, 1).status == 200
    assert edit(conversation.student, conversation.id, 1) == (409, "message_deleted")


def test_a_deleted_message_keeps_only_its_place(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, "raz", "dwa", "trzy")
    assert bodies(conversation.tutor, conversation.id) == ["raz", "dwa", "trzy"]
    change("POST", conversation.tutor, conversation.id, 3, {"emoji": "👍"}, "reactions/")
    for seq in (1, 3):
        answer = change("DELETE", conversation.student, conversation.id, seq)
        assert (answer.status, answer.json["only_for_you"]) == (200, False)
    assert conversation.stored() == ["", "dwa", ""]
    assert query("SELECT count(*) FROM message_reactions") == [(0,)]
    for person in (conversation.student, conversation.tutor):
        for _turn in ("from PostgreSQL", "from Redis"):
            assert bodies(person, conversation.id) == [DELETED, "dwa", DELETED]
        assert bodies(person, conversation.id, "before=3") == [DELETED, "dwa"]
        [listed] = list_conversations(person)
        assert listed["last_message"]["body"] == DELETED
    assert list_messages(conversation.tutor, conversation.id)[0].keys() == {
        "id",
        "conversation",
        "body",
        "created_at",
        "created_by",
    }


@pytest.mark.parametrize("parameters", ["only_for_me=true", ""])
def test_deleting_another_member_s_message_hides_it_for_oneself(conversation: Conversation, parameters: str) -> None:
    add_messages(conversation.id, conversation.student, "raz", "dwa")
    if not parameters:
        query(LONG_AGO)
    query("UPDATE messages SET created_by = %s WHERE seq = 1", conversation.tutor.id)
    for seq in (1, 2):
        answer = change("DELETE", conversation.student, conversation.id, seq, rest=f"?{parameters}")
        assert (answer.status, answer.json["only_for_you"]) == (200, True)
    assert bodies(conversation.student, conversation.id) == [DELETED, DELETED]
    assert bodies(conversation.student, conversation.id, "after=1") == [DELETED]
    assert list_conversations(conversation.student)[0]["last_message"]["body"] == DELETED
    assert bodies(conversation.tutor, conversation.id) == ["raz", "dwa"]
    assert list_conversations(conversation.tutor)[0]["last_message"]["body"] == "dwa"
    assert conversation.stored() == ["raz", "dwa"]


def test_strangers_cannot_hide_a_message(people: People, conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, "raz")
    for person, seq in ((people.student(), 1), (conversation.student, 2), (conversation.student, 0)):
        answer = change("DELETE", person, conversation.id, seq)
        assert (answer.status, answer.json["code"]) == (404, "message_not_found")
    assert query("SELECT count(*) FROM hidden_messages") == [(0,)]


def test_a_reader_from_before_a_change_does_not_spoil_the_window_after_it(conversation: Conversation) -> None:
    """It has read the messages, but not yet written the window, when the change is made."""
    add_messages(conversation.id, conversation.student, "raz")
    change("PATCH", conversation.student, conversation.id, 1, {"body": "dwa"})
    old = history_window.list_newest(conversation.id, 1, 1)
    change("PATCH", conversation.student, conversation.id, 1, {"body": "trzy"})
    assert [each.body for each in old] == ["dwa"]
    history_window._refill(redis.client(), history_window._key(conversation.id, 1), old)
    assert bodies(conversation.tutor, conversation.id) == ["trzy"]


def test_messages_after_a_change_are_read_from_the_window(chat: Chat) -> None:
    chat.student_client.send_message("raz")
    change("PATCH", chat.student, chat.id, 1, {"body": "dwa"})
    assert bodies(chat.tutor, chat.id) == ["dwa"]
    chat.student_client.send_message("trzy")
    query("UPDATE messages SET body = 'not read'")
    assert bodies(chat.tutor, chat.id) == ["dwa", "trzy"]


def test_all_sockets_but_the_shipped_client_s_hear_of_changes(clients: Clients, chat: Chat) -> None:
    modern = clients.open(chat.tutor, chat.id, protocol="2")
    other_device = clients.open_user_socket(chat.student)
    chat.student_client.send_message("raz")
    chat.tutor_client.send_message("dwa")
    [heard] = [list(chat.student_client.frames)]
    events: list[tuple[Person, int, str, dict[str, Any]]] = [
        (chat.student, 1, "edit_message", {"body": "jeden"}),
        (chat.tutor, 1, "react", {"emoji": "👍"}),
        (chat.tutor, 1, "react", {"emoji": "👍", "on": False}),
        (chat.student, 1, "delete_message", {}),
    ]
    for person, seq, event, data in events:
        sender = clients.open_user_socket(person)
        sender.send({"event": event, "data": {"conversation": str(chat.id), "seq": seq, **data}})
    heard_changes = changes_told(modern)
    told = [(frame["event"], frame["data"].get("reactions")) for frame in heard_changes]
    thumb = [{"emoji": "👍", "users": [str(chat.tutor.id)]}]
    assert told == [
        ("message_edited", None),
        ("reaction_changed", thumb),
        ("reaction_changed", []),
        ("message_deleted", None),
    ]
    assert [frame["data"]["change_seq"] for frame in heard_changes] == [1, 2, 3, 4]
    assert changes_told(other_device) == heard_changes
    assert chat.student_client.frames == heard
    assert bodies(chat.student, chat.id) == [DELETED, "dwa"]


def test_only_one_s_own_devices_hear_of_hiding(clients: Clients, chat: Chat) -> None:
    mine, theirs = clients.open_user_socket(chat.student), clients.open_user_socket(chat.tutor)
    chat.tutor_client.send_message("dwa")
    mine.send({"event": "delete_message", "data": {"conversation": str(chat.id), "seq": 1}})
    assert changes_told(theirs) == []
    assert [frame["data"]["only_for_you"] for frame in changes_told(mine)] == [True]


def test_a_person_who_hid_a_message_does_not_hear_of_its_changes(clients: Clients, chat: Chat) -> None:
    modern = clients.open(chat.student, chat.id, protocol="2")
    mine, theirs = clients.open_user_socket(chat.student), clients.open_user_socket(chat.tutor)
    chat.tutor_client.send_message("jeden")
    chat.tutor_client.send_message("dwa")
    mine.send({"event": "delete_message", "data": {"conversation": str(chat.id), "seq": 1}})
    for seq, event, data in (
        (1, "edit_message", {"body": "inny"}),
        (1, "react", {"emoji": "👍"}),
        (2, "react", {"emoji": "👍"}),
    ):
        theirs.send({"event": event, "data": {"conversation": str(chat.id), "seq": seq, **data}})
    assert [(each["event"], each["data"]["seq"]) for each in changes_told(modern)] == [("reaction_changed", 2)]
    assert [each["data"]["seq"] for each in changes_told(mine)] == [1, 2]
    assert [each["data"]["seq"] for each in changes_told(theirs)] == [1, 1, 2]
    theirs.send({"event": "delete_message", "data": {"conversation": str(chat.id), "seq": 1}})
    assert changes_told(mine)[-1]["data"]["only_for_you"] is False


REFUSED = [
    ("edit_message", {"seq": 1, "body": "x"}, "not_your_message"),
    ("edit_message", {"seq": 9, "body": "x"}, "message_not_found"),
    ("edit_message", {"seq": 1, "body": ""}, "bad_data"),
    ("edit_message", {"seq": 0, "body": "x"}, "bad_data"),
    ("edit_message", {"seq": True, "body": "x"}, "bad_data"),
    ("edit_message", {"seq": 2**63, "body": "x"}, "bad_data"),
    ("edit_message", {"seq": 1, "body": "x", "conversation": "x"}, "bad_data"),
    ("edit_message", {"seq": 1, "body": "x", "conversation": str(uuid4())}, "message_not_found"),
    ("delete_message", {"seq": 9}, "message_not_found"),
    ("delete_message", {"seq": 1, "only_for_me": 1}, "bad_data"),
    ("react", {"seq": 9, "emoji": "👍"}, "message_not_found"),
    ("react", {"seq": 1, "emoji": "ok"}, "bad_data"),
    ("react", {"seq": 1}, "bad_data"),
    ("react", {"seq": 1, "emoji": "👍", "on": "no"}, "bad_data"),
]


@pytest.mark.parametrize(("event", "data", "code"), REFUSED)
def test_only_the_sender_hears_of_a_refusal(
    clients: Clients, chat: Chat, event: str, data: dict[str, Any], code: str
) -> None:
    chat.student_client.send_message("raz")
    modern = clients.open(chat.tutor, chat.id, protocol="2")
    legacy = list(chat.tutor_client.frames)
    for client in (modern, chat.tutor_client):
        assert client.send({"event": event, "data": {"id": "7", **data}}) == {"statusCode": 200}
    assert modern.frames == [{"event": "action_refused", "data": {"id": "7", "code": code}}]
    assert chat.tutor_client.frames == legacy
    assert bodies(chat.student, chat.id) == ["raz"]


def test_a_reply_names_the_message_it_replies_to(clients: Clients, chat: Chat) -> None:
    modern = clients.open(chat.tutor, chat.id, protocol="2")
    chat.student_client.send_message("raz")
    for reply_to in (1, 3, 0, "1"):
        modern.send_message("odpowiedź", id="7", reply_to=reply_to)
    assert [frame["data"].get("reply_to") for frame in modern.frames[:2]] == [None, 1]
    assert [frame["data"].get("code") for frame in modern.frames[3:]] == ["bad_message"] * 2
    assert "reply_to" not in chat.student_client.frames[-1]
    assert query("SELECT seq, reply_to FROM messages ORDER BY seq") == [(1, None), (2, 1)]
    modern.send_message("do niczego", id="8", reply_to=99)
    refusal = {"client_id": "8", "code": "message_not_found"}
    assert modern.frames[-1] == {"event": "message_refused", "data": refusal}
    chat.student_client.send_message("trzy", reply_to=1)
    chat.student_client.send_message("cztery", reply_to="x")
    assert query("SELECT seq, reply_to FROM messages WHERE seq > 2 ORDER BY seq") == [(3, None), (4, None)]


def test_the_path_of_a_message_ends_with_its_seq(conversation: Conversation) -> None:
    assert message_path(conversation.id, 7).endswith("/messages/7/")
