"""Refreshing and verifying tokens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from functions.tokens.handler import handler
from shared.kit.security.tokens import Claims, issue
from tests.conftest import SECRET, read_settings_again
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, Person, query

call = LambdaClient(handler)
INVALID = {"detail": "Token jest niepoprawny lub wygasł", "code": "token_not_valid"}
WRONG_KIND = {"detail": "Token posiada zły typ", "code": "token_not_valid"}
REQUIRED, BLANK = "To pole jest wymagane.", "To pole nie może być puste."
NULL, NOT_TEXT = "Pole nie może mieć wartości null.", "Not a valid string."


def refresh(token: Any) -> Answer:
    return call("POST", "/api/token/refresh/", json_body={"refresh": token})


def verify(token: Any) -> Answer:
    return call("POST", "/api/token/verify/", json_body={"token": token})


def assert_refused(answer: Answer, body: Any) -> None:
    assert (answer.status, answer.json) == (401, body)
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'


def payload(person: Person, **changes: Any) -> dict[str, Any]:
    """Return the claims of a person's refresh token with changes; None removes a claim."""
    now = int(datetime.now(UTC).timestamp())
    claims = {"token_type": "refresh", "exp": now + 600, "iat": now, "jti": "0" * 32}
    claims |= {"user_id": str(person.id), "sid": str(person.session_id), **changes}
    return {name: value for name, value in claims.items() if value is not None}


def test_a_refresh_token_issues_access_tokens_and_stays_valid(people: People) -> None:
    ola = people.student()
    query("UPDATE sign_in_sessions SET last_used_at = now() - interval '1 day'")
    seen = set()
    for _ in range(3):
        answer = refresh(ola.refresh)
        assert (answer.status, list(answer.json)) == (200, ["access"])
        seen.add(answer.json["access"])
        assert call("GET", "/api/token/sessions/", token=answer.json["access"]).status == 200
    assert len(seen) == 3
    assert query("SELECT last_used_at > now() - interval '1 minute' FROM sign_in_sessions") == [(True,)]
    assert jwt.decode(seen.pop(), SECRET, ["HS256"])["sid"] == str(ola.session_id)


def test_both_kinds_of_tokens_can_be_verified(people: People) -> None:
    ola = people.student()
    for token in (ola.access, ola.refresh, f"  {ola.access} "):
        assert (verify(token).status, verify(token).json) == (200, {})


def test_an_access_token_does_not_refresh(people: People) -> None:
    assert_refused(refresh(people.student().access), WRONG_KIND)


@pytest.mark.parametrize(
    "over", ["DELETE FROM sign_in_sessions", "UPDATE sign_in_sessions SET expires_at = now()", "DELETE FROM users"]
)
def test_tokens_of_an_ended_session_are_refused(people: People, over: str) -> None:
    ola = people.student()
    query(over)
    assert_refused(refresh(ola.refresh), INVALID)
    assert_refused(verify(ola.refresh), INVALID)
    assert_refused(verify(ola.access), INVALID)


def test_a_token_naming_somebody_else_s_session_is_refused(people: People) -> None:
    ola, jan = people.student(), people.student()
    mixed = jwt.encode(payload(ola, sid=str(jan.session_id)), SECRET, "HS256")
    assert_refused(refresh(mixed), INVALID)
    assert_refused(verify(mixed), INVALID)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"user_id": None},
        {"user_id": 5},
        {"user_id": "not a UUID"},
        {"sid": None},
        {"sid": ["x"]},
        {"token_type": None},
        {"nbf": 2**40},
        {"iat": 2**40},
    ],
)
def test_tokens_with_other_claims_are_refused(people: People, changes: dict[str, Any]) -> None:
    token = jwt.encode(payload(people.student(), **changes), SECRET, "HS256")
    assert_refused(refresh(token), INVALID)
    assert_refused(verify(token), INVALID)


# The key is long enough for our algorithm.
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize(("key", "algorithm"), [("", "none"), (SECRET, "HS512"), ("x" * 32, "HS256")])
def test_tokens_with_another_key_or_algorithm_are_refused(people: People, key: str, algorithm: str) -> None:
    ola = people.student()
    assert refresh(jwt.encode(payload(ola), SECRET, "HS256")).status == 200
    forged = jwt.encode(payload(ola), key, algorithm)
    assert_refused(refresh(forged), INVALID)
    assert_refused(verify(forged), INVALID)


@pytest.mark.parametrize(
    "token", ["x", "a.b.c", "ż", "." * 1000, 5, 1.5, "eyJhbGciOiJIUzI1NiJ9..", "null", "undefined"]
)
def test_malformed_tokens_are_refused(platform: None, token: Any) -> None:
    assert_refused(refresh(token), INVALID)
    assert_refused(verify(token), INVALID)


@pytest.mark.parametrize(
    ("token", "complaint"),
    [
        (None, NULL),
        ("", BLANK),
        ([], NOT_TEXT),
        ({}, NOT_TEXT),
        (True, NOT_TEXT),
        ("\0", "Znaki null są niedozwolone."),
        ("\ud800", "Surrogate characters are not allowed: U+D800."),
    ],
)
def test_a_token_must_be_text(platform: None, token: Any, complaint: str) -> None:
    assert (refresh(token).status, refresh(token).json) == (400, {"refresh": [complaint]})
    assert (verify(token).status, verify(token).json) == (400, {"token": [complaint]})


@pytest.mark.parametrize(("path", "field"), [("refresh", "refresh"), ("verify", "token")])
def test_a_token_is_required(platform: None, path: str, field: str) -> None:
    answer = call("POST", f"/api/token/{path}/", json_body={})
    assert (answer.status, answer.json) == (400, {field: [REQUIRED]})


def test_tokens_of_the_previous_key_are_valid_until_it_is_dropped(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ola = people.student()
    monkeypatch.setenv("JWT_SECRET", "a new secret of at least thirty-two bytes")
    monkeypatch.setenv("JWT_PREVIOUS_SECRET", SECRET)
    read_settings_again()
    answer = refresh(ola.refresh)
    assert answer.status == 200
    assert verify(ola.access).status == 200
    monkeypatch.delenv("JWT_PREVIOUS_SECRET")
    read_settings_again()
    assert_refused(refresh(ola.refresh), INVALID)
    assert verify(answer.json["access"]).status == 200, "new tokens are signed with the new key"


def test_refreshing_does_not_prolong_a_session(people: People) -> None:
    ola = people.student()
    [before] = query("SELECT expires_at FROM sign_in_sessions")
    refresh(ola.refresh)
    assert query("SELECT expires_at FROM sign_in_sessions") == [before]
    far = datetime.now(UTC) + timedelta(days=30)
    query("UPDATE sign_in_sessions SET expires_at = now()")
    assert_refused(refresh(issue(Claims("refresh", ola.id, ola.session_id, far))), INVALID)
