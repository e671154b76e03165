"""Accounts with passkeys, for tests."""

from typing import Any

from functions.second_factors.handler import handler
from tests.support.authenticator import Authenticator
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import Person

FACTORS = "/api/user/second_factors/"
PASSKEYS = f"{FACTORS}passkeys/"
TICKETS = "/api/token/second_factor/"
call = LambdaClient(handler)
MADE: dict[str, Any] = {"name": "x", "passkey": {}}
# Method, path and a well-formed body.
OF_FACTOR_SIGN_INS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", TICKETS, {"ticket": "x", "code": "1"}),
    ("POST", f"{TICKETS}passkey/", {"ticket": "x"}),
    ("POST", f"{TICKETS}enrolment/", {"ticket": "x"}),
    ("POST", f"{TICKETS}enrolment/confirm/", {"ticket": "x", "code": "1"}),
    ("POST", f"{TICKETS}enrolment/passkey/", {"ticket": "x"}),
    ("POST", f"{TICKETS}enrolment/passkey/confirm/", {"ticket": "x", **MADE}),
    ("POST", "/api/token/passkey/begin/", {}),
    ("POST", "/api/token/passkey/", {"passkey": {}}),
]
# The same for the owner's endpoints, with the status for an account without factors.
OF_FACTORS: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", FACTORS, {}, 200),
    ("POST", f"{FACTORS}app/", {"code": "1"}, 200),
    *(("POST", f"{FACTORS}{what}/", {"code": "1"}, 409) for what in ("app/confirm", "recovery_codes", "turn_off")),
    ("POST", PASSKEYS, {}, 200),
    ("POST", f"{PASSKEYS}confirm/", MADE, 403),
    ("POST", f"{PASSKEYS}request/", {}, 409),
    ("PATCH", f"{PASSKEYS}1/", {"name": "x"}, 404),
    ("POST", f"{PASSKEYS}1/remove/", {"code": "1"}, 409),
]


def ask(person: Person, what: str = "", **body: Any) -> Answer:
    return call("POST", f"{PASSKEYS}{what}", token=person.access, json_body=body)


def add(person: Person, authenticator: Authenticator, name: str = "Telefon", **given: Any) -> Answer:
    """Add a passkey created by an authenticator."""
    begun = ask(person, **given)
    assert begun.status == 200, begun.body
    return ask(person, "confirm/", name=name, passkey=authenticator.create(begun.json))


def signed(person: Person, authenticator: Authenticator) -> dict[str, Any]:
    """A passkey's answer, to authorize a change of factors instead of a code."""
    asked = call("POST", f"{PASSKEYS}request/", token=person.access)
    assert asked.status == 200, asked.body
    return {"passkey": authenticator.get(asked.json)}


def sign_in(authenticator: Authenticator, **more: Any) -> Answer:
    """Sign in with a passkey alone."""
    begun = call("POST", "/api/token/passkey/begin/")
    assert begun.status == 200, begun.body
    return call("POST", "/api/token/passkey/", json_body={"passkey": authenticator.get(begun.json), **more})
