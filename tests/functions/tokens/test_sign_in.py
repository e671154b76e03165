"""Signing in."""

from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from argon2 import PasswordHasher

from functions.tokens.handler import handler
from tests.conftest import SECRET, read_settings_again
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import PASSWORD, People, query

call = LambdaClient(handler)
PATH = "/api/token/"
WRONG = {"detail": "Nie znaleziono aktywnego konta dla podanych danych uwierzytelniających"}
REQUIRED, BLANK = "To pole jest wymagane.", "To pole nie może być puste."
NULL, NOT_TEXT = "Pole nie może mieć wartości null.", "Not a valid string."


def sign_in(email: Any, password: Any = PASSWORD, **more: Any) -> Answer:
    return call("POST", PATH, json_body={"email": email, "password": password}, **more)


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token, SECRET, ["HS256"])
    return found


def test_a_sign_in_returns_a_refresh_and_an_access_token(people: People) -> None:
    ola = people.student()
    query("DELETE FROM sign_in_sessions")
    answer = sign_in(ola.email)
    assert answer.status == 200
    assert list(answer.json) == ["refresh", "access"]
    refresh, access = claims(answer.json["refresh"]), claims(answer.json["access"])
    assert set(refresh) == set(access) == {"token_type", "exp", "iat", "jti", "user_id", "sid"}
    assert (refresh["token_type"], access["token_type"]) == ("refresh", "access")
    [(session_id, expires_at)] = query("SELECT id::text, expires_at FROM sign_in_sessions")
    assert refresh["sid"] == access["sid"] == session_id
    assert refresh["user_id"] == access["user_id"] == str(ola.id)
    assert refresh["jti"] != access["jti"]
    now = datetime.now(UTC).timestamp()
    assert refresh["exp"] == int(expires_at.timestamp())
    assert refresh["exp"] - now == pytest.approx(604_800, abs=5)
    assert access["exp"] - now == pytest.approx(3_600, abs=5)
    assert [type(access[name]) for name in ("exp", "iat")] == [int, int]


def test_spaces_around_the_address_and_its_case_are_ignored(people: People) -> None:
    people.student(email="Ola.Nowak@Example.com")
    for email in ("ola.nowak@example.com", "OLA.NOWAK@EXAMPLE.COM", "  Ola.Nowak@Example.com\t"):
        assert sign_in(email).status == 200
    assert sign_in("ola.nowak@example.com", f" {PASSWORD} ").status == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ola@example.com", "Start1!hasło"),
        ("ola@example.com", PASSWORD.lower()),
        ("ola@example.com", "x" * 10_000),
        ("nobody@example.com", PASSWORD),
        ("ola", PASSWORD),
        ("%@example.com", PASSWORD),
        (5, 5),
        ("x" * 100_000, PASSWORD),
    ],
)
def test_unknown_addresses_and_wrong_passwords_get_the_same_answer(people: People, email: Any, password: Any) -> None:
    people.student(email="ola@example.com")
    answer = sign_in(email, password)
    assert (answer.status, answer.json) == (401, WRONG)
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'
    assert query("SELECT count(*) FROM sign_in_sessions") == [(1,)]


def test_an_unconfirmed_account_is_revealed_only_with_the_right_password(people: People) -> None:
    ola = people.student(confirmed_at=None)
    answer = sign_in(ola.email)
    assert answer.status == 400
    assert answer.json["error"] == "User is not confirmed"
    assert isinstance(answer.json["detail"], str)
    assert set(answer.json) == {"error", "detail"}
    assert (sign_in(ola.email, "wrong").status, sign_in(ola.email, "wrong").json) == (401, WRONG)
    assert query("SELECT count(*) FROM sign_in_sessions") == [(1,)]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"email": [REQUIRED], "password": [REQUIRED]}),
        ({"email": "", "password": "  "}, {"email": [BLANK], "password": [BLANK]}),
        ({"email": None, "password": None}, {"email": [NULL], "password": [NULL]}),
        ({"email": [], "password": {}}, {"email": [NOT_TEXT], "password": [NOT_TEXT]}),
        ({"email": "a\0", "password": "x"}, {"email": ["Znaki null są niedozwolone."]}),
        (["x"], {"non_field_errors": ["Niepoprawne dane. Oczekiwano słownika, otrzymano  list."]}),
    ],
)
def test_both_fields_are_required(platform: None, body: Any, errors: Any) -> None:
    answer = call("POST", PATH, json_body=body)
    assert (answer.status, answer.json) == (400, errors)


def test_form_data_is_accepted_too(people: People) -> None:
    ola = people.student()
    form = {"content-type": "application/x-www-form-urlencoded"}
    body = f"email={ola.email}&password={PASSWORD}".encode()
    assert call("POST", PATH, body=body, headers=form).status == 200


def test_an_outdated_hash_is_replaced_by_the_next_sign_in(production_hashes: None, people: People) -> None:
    outdated = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    ola = people.student(password_hash=outdated)
    assert sign_in(ola.email, "wrong").status == 401
    assert query("SELECT password_hash FROM users") == [(outdated,)]
    assert sign_in(ola.email).status == 200
    [(kept,)] = query("SELECT password_hash FROM users")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert sign_in(ola.email).status == 200


@pytest.mark.parametrize("kept", ["", "!", "$argon2id$broken", "plain text"])
def test_an_unusable_hash_matches_no_password(people: People, kept: str) -> None:
    ola = people.student(password_hash=kept)
    assert sign_in(ola.email, kept or " ").status in {400, 401}
    assert (sign_in(ola.email).status, sign_in(ola.email).json) == (401, WRONG)


def test_a_session_records_user_agent_and_address(people: People) -> None:
    ola = people.student()
    query("DELETE FROM sign_in_sessions")
    sign_in(ola.email, headers={"user-agent": "Firefox " + "x" * 400}, source_ip="2001:db8::7")
    [(agent, address)] = query("SELECT user_agent, host(address) FROM sign_in_sessions")
    assert (agent, address) == ("Firefox " + "x" * 292, "2001:db8::7")


@pytest.mark.parametrize("known", ["", "{{resolve:secretsmanager:arn}}", "origin-secret"])
def test_a_viewer_s_address_and_country_count_only_with_the_origin_secret(
    people: People, monkeypatch: pytest.MonkeyPatch, known: str
) -> None:
    monkeypatch.setenv("ORIGIN_SECRET", known)
    read_settings_again()
    ola = people.student()
    query("DELETE FROM sign_in_sessions")
    headers = {
        "x-viewer-address": "198.51.100.9",
        "x-origin-secret": "origin-secret",
        "cloudfront-viewer-country": "DE",
        "x-forwarded-for": "1.2.3.4",
    }
    assert sign_in(ola.email, headers=headers).status == 200
    expected = ("198.51.100.9", "DE") if known == "origin-secret" else ("203.0.113.7", None)
    assert query("SELECT host(address), country FROM sign_in_sessions") == [expected]


@pytest.mark.parametrize(
    "sent", [{}, {"x-origin-secret": ""}, {"x-origin-secret": "guessed"}, {"x-origin-secret": "łó"}]
)
def test_requests_that_bypass_the_cdn_are_refused(
    people: People, monkeypatch: pytest.MonkeyPatch, sent: dict[str, str]
) -> None:
    monkeypatch.setenv("ORIGIN_SECRET", "origin-secret")
    read_settings_again()
    answer = sign_in(people.student().email, headers=sent)
    assert (answer.status, answer.json) == (403, {"message": "Forbidden"})


def test_an_invalid_ip_address_is_not_stored(people: People) -> None:
    ola = people.student()
    query("DELETE FROM sign_in_sessions")
    assert sign_in(ola.email, source_ip="unknown").status == 200
    assert query("SELECT address FROM sign_in_sessions") == [(None,)]
