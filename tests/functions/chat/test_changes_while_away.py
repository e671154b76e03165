"""The changes that a client that was away gets for messages it already has."""

from typing import Any

import pytest

from functions.chat.actions import list_changes as list_changes_module
from tests.support.chat_changes import change
from tests.support.chat_http import Conversation, call, list_messages
from tests.support.conversations import add_messages
from tests.support.people import People, Person


def changes(person: Person, conversation: Conversation, parameters: str = "") -> Any:
    return call("GET", f"/api/chat/conversations/{conversation.id}/changes/{parameters}", token=person.access)


def test_each_changed_message_is_listed_once_in_its_current_state(conversation: Conversation) -> None:
    student, tutor = conversation.student, conversation.tutor
    add_messages(conversation.id, student, "raz", "dwa", "trzy", "cztery")
    change("PATCH", student, conversation.id, 2, {"body": "2"})
    change("POST", tutor, conversation.id, 1, {"emoji": "👍"}, "reactions/")
    change("DELETE", student, conversation.id, 3)
    change("PATCH", student, conversation.id, 2, {"body": "II"})
    change("DELETE", tutor, conversation.id, 4)
    thumb = [{"emoji": "👍", "users": [str(tutor.id)]}]
    told = changes(tutor, conversation).json
    assert [(each["seq"], each["change_seq"]) for each in told] == [(1, 2), (3, 3), (2, 4), (4, 5)]
    assert [each["body"] for each in told] == ["raz", "Wiadomość usunięta", "II", "Wiadomość usunięta"]
    assert [each.get("reactions") for each in told] == [thumb, None, None, None]
    assert ["deleted_at" in each for each in told] == [False, True, False, False]
    assert ["edited_at" in each for each in told] == [False, False, True, False]
    assert [each.get("hidden") for each in told] == [None, None, None, True]
    assert [each["seq"] for each in changes(student, conversation).json] == [1, 3, 2]
    assert [each["seq"] for each in changes(tutor, conversation, "?after=3").json] == [2, 4]
    assert changes(tutor, conversation, "?after=5").json == []
    listed = list_messages(student, conversation.id, "after=0")
    assert [each.get("reactions") for each in listed] == [thumb, None, None, None]
    assert [each.get("change_seq") for each in listed] == [2, 4, 3, None]


def test_a_full_page_links_to_the_next(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_changes_module, "WINDOW", 2)
    add_messages(conversation.id, conversation.student, "raz", "dwa", "trzy")
    for seq in (1, 2, 3):
        change("PATCH", conversation.student, conversation.id, seq, {"body": "x"})
    answer = changes(conversation.tutor, conversation)
    assert [each["seq"] for each in answer.json] == [1, 2]
    assert answer.headers["link"] == f'</api/chat/conversations/{conversation.id}/changes/?after=2>; rel="next"'
    rest = changes(conversation.tutor, conversation, "?after=2")
    assert [each["seq"] for each in rest.json] == [3]
    assert "link" not in rest.headers


def test_strangers_get_no_changes(people: People, conversation: Conversation) -> None:
    answer = changes(people.student(), conversation)
    assert (answer.status, answer.json["code"]) == (404, "no_conversation")
