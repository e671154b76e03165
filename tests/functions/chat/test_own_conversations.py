"""One's conversations in pages, their unread counts, and the event about a new conversation."""

from typing import Any

import pytest

from tests.support.chat_clients import Chat, Clients
from tests.support.chat_http import call, list_conversations, list_messages, open_conversation
from tests.support.conversations import add_conversation, add_messages
from tests.support.lambda_client import Answer
from tests.support.people import People, Person, query
from tests.support.statements import statements

PATH = "/api/chat/me/conversations/"


def page(person: Person, parameters: str = "") -> dict[str, Any]:
    answer = call("GET", PATH + parameters, token=person.access)
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json
    return found


def read(person: Person, conversation: object, body: object) -> Answer:
    return call("POST", f"/api/chat/conversations/{conversation}/read/", token=person.access, json_body=body)


def test_a_page_shows_unread_counts(people: People) -> None:
    student, tutor = people.student(), people.tutor(first_name="Łucja")
    first, second = add_conversation(student, tutor), add_conversation(student, people.tutor())
    add_messages(first, tutor, "1", "2", "3")
    add_messages(second, student, "moja")
    query("UPDATE conversations SET updated_at = now() + interval '1 minute' WHERE id = %s", first)
    query("UPDATE conversation_members SET read_seq = 1 WHERE user_id = %s", student.id)
    found = page(student)
    assert (found["count"], found["next"], found["previous"], found["unread"]) == (2, None, None, 2)
    newest, other = found["results"]
    [recorded, _] = list_conversations(student)
    assert newest == {
        "id": str(first),
        "partner": recorded["users"][1],
        "last_message": {
            "id": recorded["last_message"]["id"],
            "seq": 3,
            "body": "3",
            "created_by": str(tutor.id),
            "created_at": recorded["last_message"]["created_at"],
        },
        "last_seq": 3,
        "read_seq": 1,
        "unread": 2,
        "partner_read_seq": 0,
        "is_muted": False,
        "is_archived": False,
        "created_at": recorded["created_at"],
        "updated_at": recorded["updated_at"],
    }
    assert (other["id"], other["unread"]) == (str(second), 0)
    assert [each["id"] for each in page(student, "?unread=1")["results"]] == [str(first)]


def test_pages_are_linked_and_archived_conversations_are_listed_separately(people: People) -> None:
    student = people.student()
    ids = [str(add_conversation(student, people.tutor())) for _ in range(5)]
    query("UPDATE conversation_members SET archived_seq = 0 WHERE conversation_id = %s", ids[0])
    found = page(student, "?page_size=3")
    assert (found["count"], found["next"]) == (4, f"{PATH}?p=2&page_size=3")
    rest = page(student, "?p=2&page_size=3")
    assert sorted(each["id"] for each in found["results"] + rest["results"]) == sorted(ids[1:])
    [archived] = page(student, "?archived=true")["results"]
    assert (archived["id"], archived["is_archived"]) == (ids[0], True)
    query("UPDATE conversations SET last_seq = 1 WHERE id = %s", ids[0])
    assert page(student)["count"] == 5
    assert call("GET", f"{PATH}?p=3", token=student.access).status == 404


def test_a_page_is_one_statement_and_marks_nothing_as_read(people: People) -> None:
    student, tutor = people.student(), people.tutor()
    add_messages(add_conversation(student, tutor), tutor, "1")
    with statements() as sent:
        page(student)
    # The caller, and the page.
    assert len(sent) == 2
    assert page(student)["unread"] == 1


def test_deleted_and_hidden_messages_and_deleted_accounts_leave_a_placeholder(people: People) -> None:
    student, tutor = people.student(), people.tutor()
    conversation = add_conversation(student, tutor)
    add_messages(conversation, tutor, "tajne")
    query("INSERT INTO hidden_messages VALUES (%s, %s, 1, 1)", student.id, conversation)
    assert page(student)["results"][0]["last_message"]["body"] == "Wiadomość usunięta"
    assert page(tutor)["results"][0]["last_message"]["body"] == "tajne"
    query("UPDATE messages SET deleted_at = now()")
    assert page(tutor)["results"][0]["last_message"]["body"] == "Wiadomość usunięta"
    query("DELETE FROM users WHERE id = %s", tutor.id)
    [left] = page(student)["results"]
    assert (left["partner"], left["partner_read_seq"], left["last_message"]["seq"]) == (None, None, 1)


def test_reading_over_http(people: People) -> None:
    student, tutor, stranger = people.student(), people.tutor(), people.student()
    conversation = add_conversation(student, tutor)
    add_messages(conversation, tutor, "1", "2")
    answer = read(student, conversation, {"seq": 1})
    left = {"conversation": str(conversation), "read_seq": 1, "unread": 1, "total": 0}
    assert (answer.status, answer.json | {"total": 0}) == (200, left)
    assert read(student, conversation, {"seq": 2**63 - 1}).json["unread"] == 0
    for bad in ({}, {"seq": 0}, {"seq": "x"}, {"seq": 2**63}, {"seq": None}, {"seq": 1, "x": 2}):
        assert read(student, conversation, bad).status == 400
    refused = read(stranger, conversation, {"seq": 1})
    assert (refused.status, refused.json["code"]) == (404, "no_conversation")
    assert page(tutor)["results"][0]["partner_read_seq"] == 2


@pytest.mark.parametrize("named", [True, False])
def test_reading_over_a_socket(clients: Clients, chat: Chat, *, named: bool) -> None:
    chat.student_client.disconnect()
    chat.tutor_client.send_message("1")
    mine = clients.open_user_socket(chat.student) if named else clients.open(chat.student, chat.id, protocol="2")
    mine.send({"event": "mark_read", "data": {"seq": 1, **({"conversation": str(chat.id)} if named else {})}})
    assert [frame["event"] for frame in mine.frames] == ["read_up_to", "unread_changed"][: 1 + named]
    assert page(chat.student)["unread"] == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"seq": 1, "id": "7"}, "bad_data"),
        ({"seq": 1, "id": "7", "conversation": "x"}, "bad_data"),
        ({"seq": 0, "id": "7", "conversation": True}, "bad_data"),
        ({"seq": "1", "id": "7", "conversation": "00000000-0000-4000-8000-000000000000"}, "bad_data"),
        ({"seq": 1, "id": "7", "conversation": "00000000-0000-4000-8000-000000000000"}, "no_conversation"),
    ],
)
def test_invalid_read_events_are_refused(clients: Clients, chat: Chat, data: dict[str, Any], code: str) -> None:
    mine = clients.open_user_socket(chat.student)
    mine.send({"event": "mark_read", "data": data})
    assert mine.frames == [{"event": "action_refused", "data": {"id": "7", "code": code}}]


def test_read_events_of_the_shipped_client_are_ignored(clients: Clients, chat: Chat) -> None:
    chat.student_client.disconnect()
    chat.tutor_client.send_message("1")
    legacy = clients.open(chat.tutor, chat.id)
    legacy.send({"event": "mark_read", "data": {"seq": 1}})
    legacy.send({"event": "mark_read", "data": {}})
    assert legacy.frames == []


def test_devices_of_both_members_hear_of_a_new_conversation(people: People, clients: Clients) -> None:
    student, tutor = people.student(), people.tutor()
    mine, theirs = clients.open_user_socket(student), clients.open_user_socket(tutor)
    conversation = open_conversation(student, tutor)
    open_conversation(tutor, student)
    for client, person in ((mine, student), (theirs, tutor)):
        assert client.frames == [{"event": "conversation_created", "data": page(person)["results"][0]}]
    assert mine.frames[0]["data"]["id"] == str(conversation)
    assert list_messages(student, conversation) == []
