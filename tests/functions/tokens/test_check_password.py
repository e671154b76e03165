"""Checking the password, as required to change it or to delete the account."""

from typing import Any

import pytest

from functions.tokens.handler import handler
from tests.support.lambda_client import ANY, Answer, LambdaClient
from tests.support.people import PASSWORD, People, Person, query

call = LambdaClient(handler)
REQUIRED = {"Error": "Password is required."}


def check(person: Person, password: Any) -> Answer:
    body = {} if password is ANY else {"password": password}
    return call("POST", "/api/user/check_password/", token=person.access, json_body=body)


@pytest.mark.parametrize(
    ("password", "matches"),
    [
        (PASSWORD, True),
        (PASSWORD.lower(), False),
        (f" {PASSWORD}", True),
        (f"{PASSWORD}\n", True),
        (f"{PASSWORD} x", False),
        (" ", False),
        (123, False),
        (["x"], False),
        ({"a": 1}, False),
        (True, False),
        ("a\0", False),
        ("\ud800", False),
    ],
)
def test_the_answer_says_whether_the_password_matches(people: People, password: Any, *, matches: bool) -> None:
    answer = check(people.student(), password)
    assert (answer.status, answer.json) == (200, {"password_matches": matches})


@pytest.mark.parametrize("password", [ANY, "", None])
def test_a_password_is_required(people: People, password: Any) -> None:
    answer = check(people.student(), password)
    assert (answer.status, answer.json) == (400, REQUIRED)


@pytest.mark.parametrize(("password", "noted"), [(PASSWORD, True), ("wrong", False)])
def test_a_match_is_recorded_in_this_session_only(people: People, password: str, *, noted: bool) -> None:
    ola = people.student()
    query("INSERT INTO sign_in_sessions (user_id, expires_at) VALUES (%s, now() + interval '1 day')", ola.id)
    query("UPDATE sign_in_sessions SET password_checked_at = now() - interval '1 hour'")
    check(ola, password)
    fresh = "SELECT id FROM sign_in_sessions WHERE password_checked_at > now() - interval '1 minute'"
    assert query(fresh) == ([(ola.session_id,)] if noted else [])


def test_only_one_s_own_password_matches(people: People) -> None:
    ola = people.student(password_hash="!")
    people.student()
    assert check(ola, PASSWORD).json == {"password_matches": False}
