"""Accounts with passkeys, for tests."""

from typing import Any

from functions.second_factors.handler import handler
from tests.support.authenticator import Authenticator
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import Person

PASSKEYS = "/api/user/second_factors/passkeys/"
call = LambdaClient(handler)


def ask(person: Person, what: str = "", **body: Any) -> Answer:
    return call("POST", f"{PASSKEYS}{what}", token=person.access, json_body=body)


def add(person: Person, authenticator: Authenticator, name: str = "Telefon", **given: Any) -> Answer:
    """Add what an authenticator makes."""
    begun = ask(person, **given)
    assert begun.status == 200, begun.body
    return ask(person, "confirm/", name=name, passkey=authenticator.create(begun.json))


def signed(person: Person, authenticator: Authenticator) -> dict[str, Any]:
    """What a change of factors takes instead of a code."""
    asked = call("POST", f"{PASSKEYS}request/", token=person.access)
    assert asked.status == 200, asked.body
    return {"passkey": authenticator.get(asked.json)}


def sign_in(authenticator: Authenticator, **more: Any) -> Answer:
    """Sign in by a passkey alone."""
    begun = call("POST", "/api/token/passkey/begin/")
    assert begun.status == 200, begun.body
    return call("POST", "/api/token/passkey/", json_body={"passkey": authenticator.get(begun.json), **more})
