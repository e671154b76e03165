"""Confirming the address of a new account."""

import hashlib
import re
from typing import Any

import pytest

from functions.accounts.handler import handler
from functions.tokens.handler import handler as tokens_handler
from tests.support.lambda_client import ANY, Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.people import PASSWORD, People, query
from tests.support.statements import statements

call = LambdaClient(handler)
sign_in = LambdaClient(tokens_handler)
EMAIL = "ola@example.com"
REQUIRED, BAD = {"Error": "Token is required."}, {"Error": "Niepoprawny token."}


@pytest.fixture
def mailed_token(platform: None) -> str:
    """Register an account and return its confirmation token."""
    call("POST", "/api/user/create/", json_body={"email": EMAIL, "password": PASSWORD})
    return delivered(EMAIL)[-1].token


def confirm(token: Any) -> Answer:
    return call("POST", "/api/user/confirm_user/", json_body={} if token is ANY else {"token": token})


def resend(email: Any) -> Answer:
    return call("POST", "/api/user/confirm_user/resend/", json_body={"email": email})


def own_password_token() -> str:
    """Return the second token of the confirmation mail, which sets a new password."""
    [token] = re.findall(r"reset_token=([0-9a-f]+)\n", delivered(EMAIL)[-1].text)
    return str(token)


def confirmed() -> bool:
    return query("SELECT confirmed_at IS NOT NULL FROM users") == [(True,)]


def test_a_token_confirms_the_account(mailed_token: str) -> None:
    answer = confirm(mailed_token)
    assert (answer.status, answer.json) == (200, {"Info": "Email confirmed."})
    assert sign_in("POST", "/api/token/", json_body={"email": EMAIL, "password": PASSWORD}).status == 200


def test_a_used_token_gets_the_same_answer_again_and_changes_nothing(mailed_token: str) -> None:
    assert confirm(mailed_token).status == 200
    before = query("SELECT confirmed_at FROM users")
    answer = confirm(mailed_token)
    assert (answer.status, answer.json) == (200, {"Info": "Email confirmed."})
    assert query("SELECT confirmed_at FROM users") == before
    query("UPDATE email_tokens SET expires_at = now()")
    assert confirm(mailed_token).json == BAD


def test_confirmation_lists_a_tutor(platform: None) -> None:
    account = {"email": "ola@prz.edu.pl", "password": PASSWORD, "is_tutor": True}
    call("POST", "/api/user/create/", json_body=account)
    assert query("SELECT listed FROM tutors") == [(False,)]
    assert confirm(delivered()[-1].token).status == 200
    assert query("SELECT listed FROM tutors") == [(True,)]


@pytest.mark.parametrize(
    ("token", "body"),
    [
        (ANY, REQUIRED),
        ("", REQUIRED),
        (None, REQUIRED),
        ("unknown", BAD),
        ("a" * 64, BAD),
        ("\0", BAD),
        ("\ud800", BAD),
        (0, BAD),
        (12, BAD),
        (False, BAD),
        ([], BAD),
        ({"a": 1}, BAD),
    ],
)
def test_malformed_and_unknown_tokens_are_refused(mailed_token: str, token: Any, body: Any) -> None:
    answer = confirm(token)
    assert (answer.status, answer.json) == (400, body)
    assert not confirmed()


def test_a_token_works_for_seven_days(mailed_token: str) -> None:
    for (days,) in query("SELECT extract(epoch FROM expires_at - now()) / 86400 FROM email_tokens"):
        assert 6.99 < days <= 7
    query("UPDATE email_tokens SET expires_at = now()")
    assert confirm(mailed_token).json == BAD
    assert not confirmed()


def test_only_the_hash_of_a_token_is_stored(mailed_token: str) -> None:
    assert len(mailed_token) == 64
    assert query("SELECT token_hash, purpose FROM email_tokens ORDER BY purpose") == [
        (hashlib.sha256(token.encode()).digest(), purpose)
        for token, purpose in ((mailed_token, "confirm"), (own_password_token(), "reset"))
    ]


def test_a_token_of_another_purpose_does_not_confirm(mailed_token: str) -> None:
    call("POST", "/api/user/password_reset/", json_body={"email": EMAIL})
    reset = delivered(EMAIL)[-1]
    assert reset.subject == "Resetowanie hasła"
    assert confirm(reset.token).json == BAD
    assert not confirmed()


@pytest.mark.parametrize("first", ["confirm", "nothing"])
def test_the_address_owner_s_new_password_replaces_that_of_the_registration(mailed_token: str, first: str) -> None:
    token, tokens = own_password_token(), None
    if first == "confirm":
        assert confirm(mailed_token).status == 200
        tokens = sign_in("POST", "/api/token/", json_body={"email": EMAIL, "password": PASSWORD}).json
    body = {"token": token, "password": "Zielona!Herbata7"}
    assert call("POST", "/api/user/password_reset/confirm/", json_body=body).status == 200
    assert confirmed()
    assert sign_in("POST", "/api/token/", json_body={"email": EMAIL, "password": PASSWORD}).status == 401
    assert sign_in("POST", "/api/token/", json_body={"email": EMAIL, "password": body["password"]}).status == 200
    if tokens:
        assert sign_in("POST", "/api/token/refresh/", json_body={"refresh": tokens["refresh"]}).status == 401
    assert call("POST", "/api/user/password_reset/confirm/", json_body=body).status == 404
    assert confirm(mailed_token).json == BAD


def test_using_a_resent_token_voids_the_first(mailed_token: str) -> None:
    answer = resend(EMAIL.upper())
    assert (answer.status, answer.json) == (200, {"status": "OK"})
    second = delivered(EMAIL)[-1].token
    assert second != mailed_token
    assert confirm(second).status == 200
    assert confirm(mailed_token).json == BAD


def test_the_first_token_stays_valid_after_a_resend(mailed_token: str) -> None:
    resend(EMAIL)
    delivered()
    assert confirm(mailed_token).status == 200
    kept = query("SELECT token_hash FROM email_tokens WHERE purpose = 'confirm'")
    assert kept == [(hashlib.sha256(mailed_token.encode()).digest(),)]


def test_a_resend_mails_nothing_to_unknown_and_confirmed_addresses(people: People) -> None:
    known = people.student().email
    for email in (known, known.upper(), "nobody@example.com"):
        answer = resend(email)
        assert (answer.status, answer.json) == (200, {"status": "OK"})
    assert delivered() == []
    assert query("SELECT count(*) FROM email_tokens") == [(0,)]


def test_a_resend_does_the_same_work_for_every_address(mailed_token: str, people: People) -> None:
    counts = set()
    for email in (EMAIL, people.student().email, "nobody@example.com"):
        with statements() as seen:
            resend(email)
        counts.add(tuple(seen))
    [same] = counts
    assert len(same) <= 3


@pytest.mark.parametrize("email", [None, "", "zly", [], "a\0@example.com", "=?utf-8?q?victim?=@example.com"])
def test_a_resend_requires_a_valid_address(platform: None, email: Any) -> None:
    answer = resend(email)
    assert answer.status == 400
    assert list(answer.json) == ["email"]
    assert query("SELECT count(*) FROM mail_outbox") == [(0,)]
