"""Signing in as OAuth 2 clients do (RFC 6749, section 4.3)."""

from typing import Any
from urllib.parse import urlencode

import pytest

from functions.profiles.handler import handler as profiles
from functions.tokens.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import PASSWORD, People, query

call = LambdaClient(handler)
PATH = "/api/token/oauth/"
FORM = {"content-type": "application/x-www-form-urlencoded"}
REQUIRED = "To pole jest wymagane."


def grant(username: str, password: str = PASSWORD, **more: str) -> Answer:
    body = urlencode({"grant_type": "password", "username": username, "password": password, **more})
    return call("POST", PATH, body=body.encode(), headers=FORM)


def test_the_access_token_of_a_form_signs_requests(people: People) -> None:
    ola = people.student()
    answer = grant(ola.email, scope="", client_id="swagger", client_secret="x")
    assert answer.status == 200
    assert list(answer.json) == ["access_token", "token_type"]
    assert answer.json["token_type"] == "bearer"
    profile = LambdaClient(profiles)("GET", "/api/user/profile/", token=answer.json["access_token"])
    assert (profile.status, profile.json["email"]) == (200, ola.email)
    assert query("SELECT count(*) FROM sign_in_sessions WHERE user_id = %s", ola.id) == [(2,)]


@pytest.mark.parametrize(("username", "password"), [("ola@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
def test_unknown_addresses_and_wrong_passwords_get_the_same_answer(
    people: People, username: str, password: str
) -> None:
    people.student(email="ola@example.com")
    answer = grant(username, password)
    detail = "Nie znaleziono aktywnego konta dla podanych danych uwierzytelniających"
    assert (answer.status, answer.json) == (401, {"detail": detail, "code": "wrong_credentials"})
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'


def test_an_unconfirmed_account_is_revealed_only_with_the_right_password(people: People) -> None:
    ola = people.student(confirmed_at=None)
    assert grant(ola.email, "wrong").status == 401
    answer = grant(ola.email)
    assert (answer.status, answer.json["code"]) == (400, "not_confirmed")
    assert query("SELECT count(*) FROM sign_in_sessions") == [(1,)]


def test_failures_count_for_both_ways_to_sign_in(people: People, rate_limits: None) -> None:
    ola = people.student()
    for number in range(10):
        if number % 2:
            assert grant(ola.email, "wrong").status == 401
        else:
            assert call("POST", "/api/token/", json_body={"email": ola.email, "password": "wrong"}).status == 401
    answer = grant(ola.email)
    assert (answer.status, answer.json["code"]) == (429, "throttled")


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        (b"", {"username": [REQUIRED], "password": [REQUIRED]}),
        (b"grant_type=password&username=ola%40example.com", {"password": [REQUIRED]}),
    ],
)
def test_username_and_password_are_required(platform: None, form: bytes, errors: Any) -> None:
    answer = call("POST", PATH, body=form, headers=FORM)
    assert (answer.status, answer.json) == (400, errors)
