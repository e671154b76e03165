"""A change of an account's address as its owner makes it, from request to link."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from functions.accounts.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.people import Person, insert, query

call = LambdaClient(handler)
OWN = "/api/user/me/email_change/"
CONFIRM, REVOKE = "/api/user/email_change/confirm/", "/api/user/email_change/revoke/"
LINK = re.compile(r"(/api/user/email_change/links/([0-9a-f]{64})/)\r?\n")
NEW_PASSWORD = "Zielona!Herbata7"
# Each endpoint with a well-formed body: those for links, and the owner's.
OF_LINKS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", CONFIRM, {"token": "x"}),
    ("POST", REVOKE, {"token": "x", "password": NEW_PASSWORD}),
    ("POST", "/api/user/email_change/links/x/", {"password": NEW_PASSWORD}),
]
OF_OWNER: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", OWN, {"email": "nowa@prz.edu.pl"}),
    ("GET", OWN, {}),
    ("DELETE", OWN, {}),
]


def request_change(person: Person, email: str) -> Answer:
    return call("POST", OWN, token=person.access, json_body={"email": email})


def mailed_link(address: str) -> str:
    """The token of the newest link about a change mailed to an address."""
    [*_, (_path, token)] = [found for mail in delivered(address) for found in LINK.findall(mail.text)]
    return str(token)


def confirm(token: str) -> Answer:
    return call("POST", CONFIRM, json_body={"token": token})


def revoke(token: str, password: str = NEW_PASSWORD) -> Answer:
    return call("POST", REVOKE, json_body={"token": token, "password": password})


def changed(person: Person, email: str) -> str:
    """Change an account's address; returns the token that revokes the change."""
    assert request_change(person, email).status == 202
    assert confirm(mailed_link(email)).status == 200
    return mailed_link(person.email)


def add_mailed_links(user_id: UUID, session_id: UUID) -> None:
    """Add mailed tokens: "confirm" and "reset" of an account; "change", "page" and "revoke" of others' changes."""
    end = datetime.now(UTC) + timedelta(hours=1)
    for purpose in ("confirm", "reset"):
        _add_token(purpose, user_id, purpose, None)
    for token, purpose in (("change", "change"), ("page", "change"), ("revoke", "revoke")):
        email = f"{token}@example.com"
        owner = insert("users", {"email": email, "password_hash": "!"})
        change = {"user_id": owner, "session_id": session_id, "old_email": email, "new_email": f"{token}@example.org"}
        change_id = insert("email_changes", change | {"expires_at": end})
        query("UPDATE email_changes SET confirmed_at = now() WHERE id = %s AND %s", change_id, purpose == "revoke")
        _add_token(token, owner, purpose, change_id)


def _add_token(token: str, user_id: UUID, purpose: str, change_id: int | None) -> None:
    query(
        "INSERT INTO email_tokens (token_hash, user_id, purpose, change_id, expires_at)"
        " VALUES (%s, %s, %s, %s, now() + interval '1 hour')",
        *(hashlib.sha256(token.encode()).digest(), user_id, purpose, change_id),
    )
