"""Searching one's own messages: accents and case ignored, by author, conversation and time."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest

from functions.chat.api import message_search_routes
from functions.chat.data import message_search
from shared.kit.security.rate_limits import Limit
from tests.support.chat_http import call
from tests.support.conversations import add_conversation, add_messages
from tests.support.people import People, Person, query


def find(person: Person, q: str, **more: Any) -> dict[str, Any]:
    answer = call("GET", f"/api/chat/search/?{urlencode({'q': q, **more})}", token=person.access)
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json
    return found


def bodies(person: Person, q: str, **more: Any) -> list[str]:
    return [each["body"] for each in find(person, q, **more)["results"]]


@pytest.fixture
def talk(people: People) -> tuple[Person, Person, UUID]:
    student, tutor = people.student(first_name="Ola"), people.tutor(first_name="Łucja", last_name="Dąb-Śliwa")
    conversation = add_conversation(student, tutor)
    add_messages(conversation, tutor, "Zażółć gęślą jaźń", "Całki: 100% pewne", "a_b\\c")
    add_messages(conversation, student, "całki i pochodne")
    return student, tutor, conversation


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("zazolc", ["Zażółć gęślą jaźń"]),
        ("JAŹŃ zaż", ["Zażółć gęślą jaźń"]),
        ("calki", ["całki i pochodne", "Całki: 100% pewne"]),
        ("całki pewne", ["Całki: 100% pewne"]),
        ("100%", ["Całki: 100% pewne"]),
        ("%", ["Całki: 100% pewne"]),
        ("_", ["a_b\\c"]),
        ("b\\c", ["a_b\\c"]),
        ("całki from:lucja", ["Całki: 100% pewne"]),
        ("całki from:sliwa from:Łuc", ["Całki: 100% pewne"]),
        ("całki from:me", ["całki i pochodne"]),
        ("from:ja", ["całki i pochodne"]),
        ("from:ola całki", ["całki i pochodne"]),
        ("całki from:nikt", []),
        ("niema", []),
    ],
)
def test_words_match_without_accents_and_case_and_all_must_occur(
    talk: tuple[Person, Person, UUID], q: str, expected: list[str]
) -> None:
    assert bodies(talk[0], q) == expected


def test_a_result_names_its_conversation_seq_and_author(talk: tuple[Person, Person, UUID]) -> None:
    student, tutor, conversation = talk
    found = find(student, "jaźń")
    assert (found["count"], found["is_complete"], found["next"]) == (1, True, None)
    [item] = found["results"]
    assert (item["conversation"], item["seq"], item["created_by"]["id"]) == (str(conversation), 1, str(tutor.id))


def test_results_can_be_filtered_by_conversation_and_time(people: People, talk: tuple[Person, Person, UUID]) -> None:
    student, _tutor, conversation = talk
    other = people.tutor()
    second = add_conversation(student, other)
    add_messages(second, other, "całki z innym")
    query("UPDATE messages SET created_at = '2026-03-01T12:00:00+01:00' WHERE conversation_id = %s", second)
    assert bodies(student, "całki", conversation=second) == ["całki z innym"]
    assert len(bodies(student, "całki", conversation=conversation)) == 2
    assert bodies(student, "całki", until="2026-03-02") == bodies(
        student, "całki", since="2026-03-01", until="2026-03-02"
    )
    assert bodies(student, "całki", until="2026-03-01") == []
    assert len(bodies(student, "całki", since="2026-03-02")) == 2
    assert bodies(student, "całki", conversation=uuid4()) == []


def test_only_one_s_own_visible_messages_are_found(people: People, talk: tuple[Person, Person, UUID]) -> None:
    student, tutor, conversation = talk
    assert bodies(people.student(), "całki") == []
    assert bodies(people.student(), "całki", conversation=conversation) == []
    query("INSERT INTO hidden_messages VALUES (%s, %s, 2, 1)", student.id, conversation)
    assert (bodies(student, "pewne"), bodies(tutor, "pewne")) == ([], ["Całki: 100% pewne"])
    query("UPDATE messages SET deleted_at = now() WHERE seq = 2")
    assert bodies(tutor, "pewne") == []


def test_results_come_in_pages(talk: tuple[Person, Person, UUID]) -> None:
    student, tutor, conversation = talk
    add_messages(conversation, tutor, *(f"strona {number}" for number in range(5)))
    found = find(student, "strona", page_size=3)
    assert (found["count"], len(found["results"])) == (5, 3)
    assert found["next"] == "/api/chat/search/?p=2&page_size=3&q=strona"
    assert len(call("GET", found["next"], token=student.access).json["results"]) == 2


def test_a_search_that_reached_its_limit_is_marked_incomplete(
    talk: tuple[Person, Person, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_search, "MOST_SEARCHED", 2)
    found = find(talk[0], "całki")
    assert (found["count"], found["is_complete"]) == (1, False)


def test_the_amount_of_text_searched_is_limited(
    talk: tuple[Person, Person, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One search of 160 MB, which two accounts can send each other in an hour, took 30 seconds."""
    student, tutor, conversation = talk
    add_messages(conversation, tutor, "ułamki", "ułamki: źle", "ułamki: dobrze")
    for most, bodies_found in ((31, 2), (30, 2), (28, 2), (27, 1), (15, 1), (14, 0)):
        monkeypatch.setattr(message_search, "MOST_TEXT", most)
        found = find(student, "ułamki", conversation=conversation)
        assert (found["count"], found["is_complete"]) == (bodies_found, False), most
    monkeypatch.undo()
    assert find(student, "ułamki", conversation=conversation)["is_complete"]


@pytest.mark.parametrize(
    "parameters",
    ["", "q=", "q=%20", "q=a&since=x", "q=a&conversation=x", "q=a&form=x", f"q={'x' * 201}", "q=a%00", "q=a&p=0"],
)
def test_invalid_searches_are_refused(people: People, parameters: str) -> None:
    assert call("GET", f"/api/chat/search/?{parameters}", token=people.student().access).status == 400


def test_searches_are_rate_limited(rate_limits: None, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_search_routes, "MESSAGE_SEARCHES", Limit("message-searches", 2, 3600))
    student = people.student()
    statuses = [call("GET", "/api/chat/search/?q=a", token=student.access).status for _ in range(3)]
    assert statuses == [200, 200, 429]
