"""Changing the password."""

from typing import Any

import pytest

from functions.profiles.handler import handler
from functions.tokens.handler import handler as tokens_handler
from tests.support.conversations import add_conversation
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.people import PASSWORD, People, Person, insert, query
from tests.support.sockets import closed_sockets

call, tokens = LambdaClient(handler), LambdaClient(tokens_handler)
PATH = "/api/user/profile/"
NEW = "Zielona!Herbata7"
SIMILAR, COMMON = "Hasło jest zbyt podobne do {}.", "To hasło jest zbyt powszechne."


def change(person: Person, password: Any = NEW, **more: Any) -> Answer:
    return call("PATCH", PATH, token=person.access, json_body={"password": password, **more})


def sign_in(person: Person, password: str) -> Answer:
    return tokens("POST", "/api/token/", json_body={"email": person.email, "password": password})


def refresh(token: str) -> int:
    return tokens("POST", "/api/token/refresh/", json_body={"refresh": token}).status


def test_the_new_password_signs_in_and_the_old_one_does_not(people: People) -> None:
    ola = people.student()
    answer = change(ola, f" {NEW} ")
    assert answer.status == 200
    assert answer.json == call("GET", PATH, token=ola.access).json
    assert (sign_in(ola, NEW).status, sign_in(ola, PASSWORD).status) == (200, 401)
    [(kept,)] = query("SELECT password_hash FROM users")
    assert kept.startswith("$argon2id$")


def test_every_other_session_ends_and_this_one_continues(people: People) -> None:
    ola, jan = people.student(), people.student()
    phone = sign_in(ola, PASSWORD).json
    assert change(ola).status == 200
    assert call("GET", PATH, token=phone["access"]).status == 401
    assert refresh(phone["refresh"]) == 401
    assert call("GET", PATH, token=ola.access).status == 200
    assert refresh(ola.refresh) == 200
    assert refresh(jan.refresh) == 200


def test_changing_a_name_ends_no_session(people: People) -> None:
    ola = people.student()
    phone = sign_in(ola, PASSWORD).json
    assert call("PATCH", PATH, token=ola.access, json_body={"first_name": "Ewa"}).status == 200
    assert refresh(phone["refresh"]) == 200


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_the_password_must_have_been_entered_in_the_last_fifteen_minutes(people: People, method: str) -> None:
    ola = people.student()
    query("UPDATE sign_in_sessions SET password_checked_at = now() - interval '15 minutes 1 second'")
    for password in (NEW, "password"):
        answer = call(method, PATH, token=ola.access, json_body={"password": password, "first_name": "Ewa"})
        assert (answer.status, answer.json["code"]) == (403, "password_check_needed")
        assert isinstance(answer.json["detail"], str)
    assert call("GET", PATH, token=ola.access).json["first_name"] == "Ola"
    assert sign_in(ola, PASSWORD).status == 200
    tokens("POST", "/api/user/check_password/", token=ola.access, json_body={"password": PASSWORD})
    assert call(method, PATH, token=ola.access, json_body={"password": NEW}).status == 200


def test_changing_a_name_needs_no_recent_password(people: People) -> None:
    ola = people.student()
    query("UPDATE sign_in_sessions SET password_checked_at = now() - interval '1 day'")
    assert call("PATCH", PATH, token=ola.access, json_body={"first_name": "Ewa"}).status == 200


@pytest.mark.parametrize(
    ("body", "complaints"),
    [
        ({"password": "password1"}, [COMMON]),
        ({"password": "Brzeczyszczykiewicz", "last_name": "Brzęczyszczykiewicz"}, [SIMILAR.format("last name")]),
        ({"password": "ola.nowak@example"}, [SIMILAR.format("email")]),
        ({"password": 1234567890}, [COMMON, "Hasło składa się wyłącznie z cyfr."]),
    ],
)
def test_a_weak_password_changes_nothing(people: People, body: dict[str, Any], complaints: list[str]) -> None:
    ola = people.student(email="ola.nowak@example.com")
    phone = sign_in(ola, PASSWORD).json
    answer = call("PATCH", PATH, token=ola.access, json_body={"first_name": "Ewa", **body})
    assert (answer.status, answer.json) == (400, {"password": complaints})
    assert call("GET", PATH, token=ola.access).json["first_name"] == "Ola"
    assert (sign_in(ola, PASSWORD).status, refresh(phone["refresh"])) == (200, 200)


def test_the_sockets_of_other_sessions_are_closed(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_now = closed_sockets(monkeypatch)
    ola = people.student()
    talk = add_conversation(ola, people.student())
    other = insert("sign_in_sessions", {"user_id": ola.id, "expires_at": "2100-01-01"})
    for name, session_id in (("this", ola.session_id), ("other", other)):
        row = {"id": name, "conversation_id": talk, "user_id": ola.id, "session_id": session_id}
        insert("connections", row)
    assert change(ola).status == 200
    assert closed_now == ["other"]


def test_the_owner_is_mailed_about_the_new_password(people: People) -> None:
    ola = people.student()
    assert change(ola, "password").status == 400
    assert call("PATCH", PATH, token=ola.access, json_body={"first_name": "Ewa"}).status == 200
    assert delivered() == []
    assert change(ola).status == 200
    [mail] = delivered()
    assert (mail.to, mail.subject) == (ola.email, "Zmiana hasła")
    assert NEW not in mail.text + mail.html
