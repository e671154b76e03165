"""A password matches however it is typed: with spaces around it, with letters composed or decomposed."""

from typing import Any
from unicodedata import normalize

import pytest

from functions.accounts.handler import handler as accounts_handler
from functions.profiles.handler import handler as profiles_handler
from functions.tokens.handler import handler
from shared.kit.security.password_hashes import hash_password, password_matches
from tests.support.lambda_client import LambdaClient
from tests.support.mailbox import delivered
from tests.support.people import People, Person, query

call, accounts, profiles = LambdaClient(handler), LambdaClient(accounts_handler), LambdaClient(profiles_handler)
COMPOSED = normalize("NFC", "Żółta!Herbata7")
DECOMPOSED = normalize("NFD", COMPOSED)
SPELLINGS = [COMPOSED, DECOMPOSED, f" {DECOMPOSED}\t", f"{COMPOSED}\n"]


def signs_in(email: str, password: str) -> bool:
    body = {"email": email, "password": password}
    form = {"username": email, "password": password}
    statuses = [
        call("POST", "/api/token/", json_body=body).status,
        call("POST", "/api/token/oauth/", json_body=form).status,
    ]
    assert statuses in ([200, 200], [401, 401])
    return statuses == [200, 200]


def checks(person: Person, password: str) -> Any:
    answer = call("POST", "/api/user/check_password/", token=person.access, json_body={"password": password})
    return answer.json["password_matches"]


def register(_people: People, password: str) -> str:
    email = "nowa@example.com"
    assert accounts("POST", "/api/user/create/", json_body={"email": email, "password": password}).status == 201
    query("UPDATE users SET confirmed_at = now() WHERE email = %s", email)
    return email


def change(people: People, password: str) -> str:
    ola = people.student()
    body = {"password": password}
    assert profiles("PATCH", "/api/user/profile/", token=ola.access, json_body=body).status == 200
    return ola.email


def reset(people: People, password: str) -> str:
    email = people.student().email
    accounts("POST", "/api/user/password_reset/", json_body={"email": email})
    body = {"token": delivered(email)[-1].token, "password": password}
    assert accounts("POST", "/api/user/password_reset/confirm/", json_body=body).status == 200
    return email


@pytest.mark.parametrize("set_password", [register, change, reset])
@pytest.mark.parametrize(
    "typed",
    # With spaces and decomposed at once.
    [pytest.param(each, marks=() if each == SPELLINGS[2] else pytest.mark.proof) for each in SPELLINGS],
)
def test_every_spelling_signs_in_wherever_the_password_was_set(people: People, set_password: Any, typed: str) -> None:
    email = set_password(people, typed)
    assert [signs_in(email, spelling) for spelling in SPELLINGS] == [True] * 4
    assert not signs_in(email, COMPOSED.lower())


@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_check_of_the_password_accepts_every_spelling(people: People, typed: str) -> None:
    assert checks(people.student(password_hash=hash_password(COMPOSED)), typed) is True


def test_a_hash_of_a_decomposed_password_still_matches_and_is_replaced(people: People) -> None:
    ola = people.student(password_hash=hash_password(DECOMPOSED))
    assert checks(ola, DECOMPOSED) is True
    assert not signs_in(ola.email, COMPOSED), "the hash does not show how it was typed"
    assert signs_in(ola.email, DECOMPOSED)
    [(kept,)] = query("SELECT password_hash FROM users")
    assert password_matches(kept, COMPOSED)
    assert signs_in(ola.email, COMPOSED)
