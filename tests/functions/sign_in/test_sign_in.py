"""Signing in with a provider: new accounts, existing accounts, and devices."""

from dataclasses import replace
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.accounts.handler import handler as accounts_handler
from functions.tokens.handler import handler as tokens_handler
from shared.domain import limits
from tests.functions.sign_in.conftest import BEGIN, COMPLETE, Client, call
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.openid_provider import REDIRECT
from tests.support.people import PASSWORD, People, query
from tests.support.races import at_once

tokens, accounts = LambdaClient(tokens_handler), LambdaClient(accounts_handler)
LINKED = "SELECT count(*) FROM identities WHERE linked_at IS NOT NULL"


def by_password(email: str, password: str = PASSWORD, **more: object) -> Answer:
    return tokens("POST", "/api/token/", json_body={"email": email, "password": password, **more})


def test_without_a_provider_the_sign_in_is_not_found(platform: None) -> None:
    for path, body in ((BEGIN, {"redirect_uri": REDIRECT}), (COMPLETE, {"state": "x", "code": "x", "binding": "x"})):
        answer = call("POST", path, json_body=body)
        assert (answer.status, answer.json["detail"]) == (404, "Nie znaleziono.")


def test_the_provider_is_asked_with_a_state_a_nonce_and_a_challenge(sign_in: Client) -> None:
    first, second = sign_in.begin().json, sign_in.begin().json
    asked = {name: value for name, [value] in parse_qs(urlsplit(first["authorization_url"]).query).items()}
    assert first["authorization_url"].startswith(f"{sign_in.provider.issuer}/authorization_endpoint?")
    fixed = {
        "response_type": "code",
        "client_id": "tutoring",
        "redirect_uri": REDIRECT,
        "scope": "openid email profile",
    }
    assert asked.items() >= {**fixed, "code_challenge_method": "S256", "state": first["state"]}.items()
    secrets = {first["state"], first["binding"], asked["nonce"], asked["code_challenge"], second["state"]}
    assert len(secrets) == 5
    assert min(map(len, secrets)) >= 43
    assert query("SELECT count(*) FROM sign_in_requests WHERE expires_at > now() + '10 min'") == [(0,)]


@pytest.mark.parametrize("redirect_uri", ["https://evil.example/", f"{REDIRECT}/x", f"{REDIRECT}?x", "javascript:1"])
def test_only_redirect_uris_of_the_operator_are_accepted(sign_in: Client, redirect_uri: str) -> None:
    answer = sign_in.begin(redirect_uri)
    assert (answer.status, list(answer.json)) == (400, ["redirect_uri"])


def test_a_new_person_gets_a_confirmed_account(sign_in: Client) -> None:
    answer = sign_in()
    assert (answer.status, list(answer.json), answer.json["user"]) == (
        200,
        ["refresh", "access", "user"],
        "ola@example.com",
    )
    assert query("SELECT first_name, last_name, is_tutor, confirmed_at IS NULL FROM users") == [
        ("Ola", "Nowak", False, False)
    ]
    assert tokens("GET", "/api/token/devices/", token=answer.json["access"]).json["count"] == 1
    export = accounts("GET", "/api/user/export/", token=answer.json["access"]).json["identities"]
    assert [(each["issuer"], each["subject"]) for each in export] == [(sign_in.provider.issuer, "1234")]


def test_the_subject_identifies_the_account_whatever_the_address(sign_in: Client, people: People) -> None:
    sign_in()
    other = people.student()
    answer = sign_in(email=other.email)
    assert (answer.status, answer.json["user"]) == (200, "ola@example.com")
    assert sign_in(email_verified=False).json["user"] == "ola@example.com"
    assert query(LINKED) == [(1,)]


@pytest.mark.parametrize("verified", [False, "true", 1, None, ...])
def test_an_unverified_address_neither_opens_nor_creates_an_account(
    sign_in: Client, people: People, verified: object
) -> None:
    student = people.student()
    for email in (student.email, "new@example.com"):
        answer = sign_in(email=email, email_verified=verified)
        assert (answer.status, answer.json["code"]) == (403, "address_not_verified")
    assert query("SELECT count(*) FROM users") == [(1,)]
    assert query("SELECT count(*) FROM identities") == [(0,)]


@pytest.mark.parametrize("email", ["", "x", "a b@example.com", "ż@example.com", f"{'a' * 65}@example.com", 7, ...])
def test_an_invalid_address_creates_no_account(sign_in: Client, email: object) -> None:
    assert sign_in(email=email).json["code"] == "address_not_verified"


def test_an_account_is_linked_only_with_its_password(sign_in: Client, people: People) -> None:
    ola, other = people.student(), people.student()
    for email in (ola.email, ola.email.upper()):
        answer = sign_in(email=email)
        assert (answer.status, answer.json["code"]) == (409, "account_exists")
    link = answer.json["link"]
    assert by_password(ola.email, "wrong", link=link).status == 401
    assert by_password(other.email, link=link).status == 200
    assert by_password(ola.email, link="x" * 43).status == 200
    for no_link in (7, None, ["x"], "\ud800\x00"):
        assert by_password(ola.email, link=no_link).status == 200
    assert query(LINKED) == [(0,)]
    assert sign_in(email=ola.email).status == 409
    link = sign_in(email=ola.email).json["link"]
    assert by_password(ola.email, link=link).status == 200
    assert sign_in(email=ola.email).json["user"] == ola.email
    assert sign_in(email="elsewhere@example.com").json["user"] == ola.email


def test_a_link_works_for_half_an_hour(sign_in: Client, people: People) -> None:
    ola = people.student()
    link = sign_in(email=ola.email).json["link"]
    query("UPDATE identities SET link_expires_at = link_expires_at - interval '30 min'")
    assert by_password(ola.email, link=link).status == 200
    assert query(LINKED) == [(0,)]


def test_registering_somebody_elses_address_gives_no_access_to_their_sign_in(sign_in: Client, people: People) -> None:
    ola = people.student()
    query("UPDATE users SET confirmed_at = NULL")
    link = sign_in(email=ola.email).json["link"]
    assert by_password(ola.email, link=link).status == 400
    assert query(LINKED) == [(0,)]


def test_a_suspended_account_is_refused(sign_in: Client) -> None:
    sign_in()
    query("UPDATE users SET suspended_at = now()")
    answer = sign_in()
    assert (answer.status, answer.json["code"]) == (401, "account_suspended")


def test_a_new_device_is_mailed_and_a_known_one_is_not(sign_in: Client) -> None:
    first = sign_in().json
    delivered("ola@example.com")
    begun = sign_in.begin().json
    answer = sign_in.provider.give_code(begun["authorization_url"])
    assert sign_in.complete(*answer, begun["binding"], refresh=first["refresh"]).status == 200
    assert [mail.subject for mail in delivered("ola@example.com")] == []
    sign_in()
    assert [mail.subject for mail in delivered("ola@example.com")] == ["Nowe logowanie"]


def test_signing_in_with_a_provider_does_not_count_as_entering_the_password(sign_in: Client) -> None:
    answer = accounts("DELETE", "/api/user/delete/", token=sign_in().json["access"])
    assert (answer.status, answer.json["code"]) == (403, "password_check_needed")


def test_identities_are_deleted_with_the_account(sign_in: Client) -> None:
    access = sign_in().json["access"]
    query("UPDATE sign_in_sessions SET password_checked_at = now()")
    assert accounts("DELETE", "/api/user/delete/", token=access).status == 200
    assert query("SELECT count(*) FROM identities") == [(0,)]
    assert sign_in().status == 200


def test_of_several_concurrent_first_sign_ins_one_creates_the_account(sign_in: Client) -> None:
    answers = at_once(*[partial(sign_in)] * 4)
    assert {answer.status for answer in answers} == {200}
    assert query("SELECT count(*) FROM users") == [(1,)]


def test_sign_ins_of_one_address_are_limited(
    rate_limits: None, sign_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PROVIDER_SIGN_INS", replace(limits.PROVIDER_SIGN_INS, count=2))
    assert sign_in().status == 200
    answer = sign_in.begin()
    assert (answer.status, answer.json["code"]) == (429, "throttled")
