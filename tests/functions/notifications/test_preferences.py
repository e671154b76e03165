"""Which topics people want to hear about, by which channel."""

from typing import Any

import pytest

from functions.notifications.handler import handler
from tests.support.lambda_client import LambdaClient
from tests.support.people import People, Person, query
from tests.support.races import at_once

call = LambdaClient(handler)
PATH = "/api/notification/preferences/"
ALL = {topic: {"mail": True, "push": True} for topic in ("chat", "bookings", "reviews", "reminders")}


def change(person: Person, body: Any) -> Any:
    answer = call("PATCH", PATH, token=person.access, json_body=body)
    assert answer.status == 200, answer
    return answer.json


def test_by_default_all_topics_are_on(people: People) -> None:
    assert call("GET", PATH, token=people.student().access).json == ALL


def test_a_change_affects_no_other_preferences_and_no_other_people(people: People) -> None:
    student, other = people.student(), people.student()
    first = change(student, {"chat": {"mail": False}, "reminders": {"push": False}})
    assert first == ALL | {"chat": {"mail": False, "push": True}, "reminders": {"mail": True, "push": False}}
    second = change(student, {"chat": {"mail": True, "push": False}, "reviews": {}})
    assert second == ALL | {"chat": {"mail": True, "push": False}, "reminders": {"mail": True, "push": False}}
    assert change(student, {}) == call("GET", PATH, token=student.access).json == second
    assert call("GET", PATH, token=other.access).json == ALL


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"chat": {"mail": "maybe"}}, {"chat": ["To pole musi mieć wartość true albo false."]}),
        ({"chat": {"mail": None}}, {"chat": ["Pole nie może mieć wartości null."]}),
        ({"chat": None}, {"chat": ["Niepoprawna wartość."]}),
        ({"chat": False}, {"chat": ["Niepoprawna wartość."]}),
    ],
)
def test_malformed_preferences_are_refused(people: People, body: Any, answer: Any) -> None:
    refused = call("PATCH", PATH, token=people.student().access, json_body=body)
    assert (refused.status, refused.json) == (400, answer)


@pytest.mark.parametrize(("body", "known"), [({"chats": {}}, "chat"), ({"chat": {"mails": False}}, "mail")])
def test_an_unknown_topic_or_channel_is_refused_with_a_suggestion(people: People, body: Any, known: str) -> None:
    refused = call("PATCH", PATH, token=people.student().access, json_body=body)
    assert (refused.status, refused.json["code"]) == (400, "unknown_field")
    assert f"„{known}”" in refused.json["detail"]


def test_concurrent_changes_are_all_kept(people: People) -> None:
    student = people.student()
    at_once(*[lambda topic=topic: change(student, {topic: {"mail": False}}) for topic in ALL])
    assert query("SELECT silenced FROM users") == [([f"{topic}.mail" for topic in sorted(ALL)],)]
