"""Conversations over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from functions.chat.data import conversations as stored_conversations
from shared.kit.db.query import Query
from tests.support.chat_http import call, list_conversations, open_conversation, post_conversation
from tests.support.conversations import add_messages
from tests.support.lambda_client import Answer
from tests.support.people import People, query
from tests.support.races import at_once

OPEN = "/api/chat/conversation/"
NOT_TWO = {"users": ["Rozmowa musi mieć dokładnie dwóch użytkowników."]}
UNKNOWN = {"users": ["Użytkownicy muszą istnieć."]}
NO_OBJECT = "Niepoprawne dane. Oczekiwano słownika, otrzymano  {}."
FREE = "7f8f2a52-5d1c-4b9d-9a53-0c8a4a6f7d10"


def member(person: Any, **names: str) -> dict[str, str]:
    """Return a member as conversations show them."""
    picture = "/static/media/uploads/user/default.jpg"
    return {"id": str(person.id), "first_name": "Ola", "last_name": "Nowak", "profile_image": picture} | names


def test_a_conversation_shows_both_people_the_caller_first(people: People) -> None:
    student, tutor = people.student(), people.tutor(first_name="Łucja", picture="uploads/user/x.webp")
    tutor_member = member(tutor, first_name="Łucja", profile_image="/static/media/uploads/user/x.webp")
    answer = post_conversation(student, tutor)
    assert answer.status == 201
    assert list(answer.json) == ["id", "last_message", "created_at", "updated_at", "users"]
    assert (answer.json["last_message"], answer.json["users"]) == (None, [member(student), tutor_member])
    assert datetime.fromisoformat(answer.json["created_at"]) == datetime.fromisoformat(answer.json["updated_at"])
    assert answer.json["created_at"][-6:] in {"+01:00", "+02:00"}
    assert list_conversations(student) == [answer.json]
    assert list_conversations(tutor)[0]["users"] == [tutor_member, member(student)]


def test_a_conversation_that_exists_is_returned_again(people: People) -> None:
    student, tutor = people.student(), people.tutor()
    first = post_conversation(student, tutor)
    again, other_way = post_conversation(student, tutor), post_conversation(tutor, student)
    assert (again.status, again.json) == (200, first.json)
    assert (other_way.status, other_way.json["id"]) == (200, first.json["id"])
    assert other_way.json["users"][0]["id"] == str(tutor.id)
    assert query("SELECT count(*) FROM conversations") == [(1,)]


def test_anybody_may_open_a_conversation_with_anybody(people: People) -> None:
    students, tutors = [people.student(), people.student()], [people.tutor(), people.tutor()]
    for one, other in (students, tutors):
        assert post_conversation(one, other).status == 201


@pytest.mark.parametrize(
    ("body", "complaints"),
    [
        ({"users": []}, NOT_TWO),
        ({"users": [{"id": FREE}, {"id": FREE}]}, NOT_TWO),
        ({"users": [{"id": FREE}] * 1000}, NOT_TWO),
        ({"users": [{"id": FREE}]}, UNKNOWN),
        ({"users": [{"id": FREE.upper()}]}, UNKNOWN),
        ({"users": [{"id": 5}]}, UNKNOWN),
        ({"users": [{"id": 2**128}]}, {"users": [{"id": ["Must be a valid UUID."]}, {}]}),
        ({"users": [{"id": -1}]}, {"users": [{"id": ["Must be a valid UUID."]}, {}]}),
        ({"users": [{"id": "abc"}]}, {"users": [{"id": ["Must be a valid UUID."]}, {}]}),
        ({"users": [{"id": ""}]}, {"users": [{"id": ["Must be a valid UUID."]}, {}]}),
        ({"users": [{"id": f"{FREE}\0"}]}, {"users": [{"id": ["Must be a valid UUID."]}, {}]}),
        ({"users": [{"id": [FREE]}]}, {"users": [{"id": ["Must be a valid UUID."]}, {}]}),
        ({"users": [{"id": True}]}, {"users": [{"id": ["Must be a valid UUID."]}, {}]}),
        ({"users": [{"id": 1.5}]}, {"users": [{"id": ["Must be a valid UUID."]}, {}]}),
        ({"users": [{"id": None}]}, {"users": [{"id": ["Pole nie może mieć wartości null."]}, {}]}),
        ({"users": [{}]}, {"users": [{"id": ["To pole jest wymagane."]}, {}]}),
        ({"users": [FREE]}, {"users": [{"non_field_errors": [NO_OBJECT.format("str")]}, {}]}),
        ({"users": [None]}, {"users": [{"non_field_errors": [NO_OBJECT.format("NoneType")]}, {}]}),
        ({}, {"users": ["To pole jest wymagane."]}),
        ({"users": None}, {"users": ["Pole nie może mieć wartości null."]}),
        ({"users": {"id": FREE}}, {"users": ['Oczekiwano listy elementów, a otrzymano dane typu "dict".']}),
        ({"users": "x"}, {"users": ['Oczekiwano listy elementów, a otrzymano dane typu "str".']}),
        ([], {"non_field_errors": [NO_OBJECT.format("list")]}),
        ("x", {"non_field_errors": [NO_OBJECT.format("str")]}),
        (None, {"non_field_errors": ["No data provided"]}),
    ],
)
def test_a_body_without_one_other_person_is_refused(people: People, body: Any, complaints: Any) -> None:
    answer = call("POST", OPEN, token=people.student().access, json_body=body)
    assert (answer.status, answer.json) == (400, complaints)
    assert query("SELECT count(*) FROM conversations") == [(0,)]


def test_a_form_is_refused_as_a_list_of_people(people: People) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = call("POST", OPEN, token=people.student().access, body=f"users={FREE}".encode(), headers=headers)
    assert (answer.status, list(answer.json)) == (400, ["users"])


def test_oneself_and_unconfirmed_and_deleted_accounts_are_refused(people: People) -> None:
    student, unconfirmed, deleted = people.student(), people.tutor(confirmed_at=None), people.student()
    query("DELETE FROM users WHERE id = %s", deleted.id)
    answer = post_conversation(student, student)
    assert (answer.status, answer.json) == (400, {"users": ["Rozmowa musi mieć dwóch różnych użytkowników."]})
    for nobody in (unconfirmed, deleted):
        answer = post_conversation(student, nobody)
        assert (answer.status, answer.json) == (400, UNKNOWN)


def test_a_conversation_between_others_cannot_be_opened(people: People) -> None:
    student, one, other = people.student(), people.tutor(), people.tutor()
    body = {"users": [{"id": str(one.id)}, {"id": str(other.id)}]}
    assert call("POST", OPEN, token=student.access, json_body=body).json == NOT_TWO


def test_the_newest_activity_comes_first_with_its_last_message(people: People) -> None:
    me, first, second = people.student(), people.tutor(first_name="Ewa"), people.tutor()
    older, newer = open_conversation(me, first), open_conversation(me, second)
    assert [each["id"] for each in list_conversations(me)] == [str(newer), str(older)]
    add_messages(older, first, "Dzień dobry 👋", "Jest termin")
    query("UPDATE conversations SET updated_at = now() WHERE id = %s", older)
    listed = list_conversations(me)
    assert [each["id"] for each in listed] == [str(older), str(newer)]
    message = listed[0]["last_message"]
    assert list(message) == ["id", "conversation", "body", "created_at", "created_by"]
    assert (message["conversation"], message["body"]) == (str(older), "Jest termin")
    assert message["created_by"] == member(first, first_name="Ewa")
    assert listed[1]["last_message"] is None


def test_the_list_is_the_same_when_nothing_changed(people: People) -> None:
    me = people.student()
    for _ in range(6):
        add_messages(open_conversation(me, people.tutor()), me, "x")
    query("UPDATE conversations SET updated_at = '2034-01-01 12:00+01'")
    bodies = {call("GET", "/api/chat/conversations/", token=me.access).body for _ in range(5)}
    assert len(bodies) == 1


def test_a_deleted_partner_is_missing_but_the_messages_stay(people: People) -> None:
    me, partner = people.student(), people.tutor()
    conversation = open_conversation(me, partner)
    add_messages(conversation, partner, "żegnaj")
    query("DELETE FROM users WHERE id = %s", partner.id)
    listed = list_conversations(me)
    assert listed[0]["users"] == [member(me)]
    assert (listed[0]["last_message"]["body"], listed[0]["last_message"]["created_by"]) == ("żegnaj", None)


def test_a_user_gets_only_their_own_conversation_with_a_person(people: People) -> None:
    me, partner, stranger = people.student(), people.tutor(), people.student()
    opened = post_conversation(me, partner)
    for one, other in ((me, partner), (partner, me)):
        answer = call("GET", f"{OPEN}user/{other.id}/", token=one.access)
        assert (answer.status, answer.json["id"]) == (200, opened.json["id"])
    for one, other in ((stranger, me), (stranger, partner), (me, me), (me, stranger)):
        answer = call("GET", f"{OPEN}user/{other.id}/", token=one.access)
        assert (answer.status, answer.json) == (404, {"detail": "Brak konwersacji"})
    assert call("GET", f"{OPEN}user/{uuid4()}/", token=me.access).json == {"detail": "Brak konwersacji"}


@pytest.mark.parametrize("path", ["conversation/user/{}/", "conversation_detail/{}/", "conversation_detail/{}"])
@pytest.mark.parametrize(
    "text", ["abc", FREE.upper(), FREE.replace("-", ""), f"{{{FREE}}}", f"{FREE}x", "", f"{FREE}%00"]
)
def test_an_id_that_is_not_a_lower_case_uuid_is_not_found(people: People, path: str, text: str) -> None:
    answer = call("GET", f"/api/chat/{path.format(text)}", token=people.student().access)
    assert (answer.status, answer.json) == (404, {"detail": "Nie znaleziono."})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "conversation/"),
        ("GET", "conversation/"),
        ("GET", "conversations/"),
        ("GET", f"conversation/user/{FREE}/"),
        ("GET", f"conversation_detail/{FREE}"),
    ],
)
def test_the_chat_is_for_signed_in_users(people: People, method: str, path: str) -> None:
    student = people.student()
    for token, code in (("nonsense", "token_not_valid"), (student.refresh, "token_not_valid")):
        answer = call(method, f"/api/chat/{path}", token=token, json_body={})
        assert (answer.status, answer.json["code"]) == (401, code)
    answer = call(method, f"/api/chat/{path}", json_body={})
    assert (answer.status, answer.json) == (401, {"detail": "Nie podano danych uwierzytelniających."})


def test_a_wrong_method_is_refused_with_the_allowed_ones(people: People) -> None:
    student = people.student()
    for method, path, allowed in (
        ("GET", "conversation/", "POST, OPTIONS"),
        ("POST", "conversations/", "GET, HEAD, OPTIONS"),
        ("DELETE", f"conversation_detail/{FREE}/", "GET, HEAD, OPTIONS"),
        ("DELETE", f"conversation/user/{FREE}/", "GET, HEAD, OPTIONS"),
    ):
        answer = call(method, f"/api/chat/{path}", token=student.access)
        assert (answer.status, answer.json) == (405, {"detail": f'Niedozwolona metoda "{method}".'})
        assert answer.headers["allow"] == allowed


def race(people: People, rounds: int) -> list[list[int]]:
    """Return the statuses of each round in which both people open their conversation at once."""
    statuses = []
    for _ in range(rounds):
        one, other = people.student(), people.tutor()
        sides = [partial(post_conversation, one, other), partial(post_conversation, other, one)] * 4
        answers: list[Answer] = at_once(*sides)
        assert len({answer.json["id"] for answer in answers}) == 1, answers
        statuses.append(sorted(answer.status for answer in answers))
    return statuses


@pytest.mark.parametrize("rounds", [4, pytest.param(250, marks=pytest.mark.proof)])
def test_opening_from_both_sides_at_once_makes_one_conversation(people: People, rounds: int) -> None:
    assert race(people, rounds) == [[*[200] * 7, 201]] * rounds
    assert query("SELECT count(*), count(DISTINCT pair) FROM conversations") == [(rounds, rounds)]
    assert query("SELECT count(*) FROM conversation_members GROUP BY conversation_id HAVING count(*) <> 2") == []


@contextmanager
def without_the_constraint(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Also without the statement's `ON CONFLICT`, which must not name a missing constraint."""
    unguarded = stored_conversations.ADD_CONVERSATION.text.replace("ON CONFLICT (pair) DO NOTHING", "")
    monkeypatch.setattr(stored_conversations, "ADD_CONVERSATION", Query(UUID, unguarded))
    query("ALTER TABLE conversations DROP CONSTRAINT conversations_pair_key")
    try:
        yield
    finally:
        query("TRUNCATE conversations CASCADE")
        query("ALTER TABLE conversations ADD CONSTRAINT conversations_pair_key UNIQUE (pair)")


def test_without_the_constraint_each_side_gets_its_own_conversation(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with without_the_constraint(monkeypatch):
        one, other = people.student(), people.tutor()
        answers = at_once(*[partial(post_conversation, one, other), partial(post_conversation, other, one)] * 4)
        assert [answer.status for answer in answers] == [201] * 8
        assert len({answer.json["id"] for answer in answers}) == 8


@pytest.mark.parametrize("rounds", [6, pytest.param(150, marks=pytest.mark.proof)])
def test_opening_a_conversation_while_an_account_is_deleted_never_fails(people: People, rounds: int) -> None:
    for turn in range(rounds):
        one, other = people.student(), people.tutor()
        leaving: UUID = (one, other)[turn % 2].id
        answers = at_once(
            partial(post_conversation, one, other), partial(query, "DELETE FROM users WHERE id = %s", leaving)
        )
        answer = answers[0]
        assert isinstance(answer, Answer)
        assert answer.status in {200, 201, 400, 401}, answer
