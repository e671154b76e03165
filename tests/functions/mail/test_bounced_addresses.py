"""Addresses whose mails bounce: the account is marked, and gets only mails that can prove the address works again."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.accounts.handler import handler as accounts_handler
from functions.mail.handler import handler
from functions.mail.repository import mark_bounced
from functions.profiles.handler import handler as profiles_handler
from tests.functions.mail.test_queue_messages import NONE_FAILED, batch
from tests.support.deadlocks import while_account_is_locked
from tests.support.lambda_client import LambdaClient
from tests.support.mail_outbox import deliver
from tests.support.people import People, Person, insert, query
from tests.support.smtp_server import Postbox, smtp_server

accounts, profiles = LambdaClient(accounts_handler), LambdaClient(profiles_handler)


def bounce(address: str, kind: str = "Permanent") -> dict[str, Any]:
    bounced = {"bounceType": kind, "bouncedRecipients": [{"emailAddress": address, "status": "5.1.1"}]}
    return {"source": "aws.ses", "detail": {"eventType": "Bounce", "bounce": bounced, "mail": {"destination": ["x@y"]}}}


def complaint(address: str) -> dict[str, Any]:
    about = {"complainedRecipients": [{"emailAddress": address}]}
    return {"source": "aws.ses", "detail": {"eventType": "Complaint", "complaint": about}}


def bounced_at(person: Person) -> str | None:
    return profiles("GET", "/api/user/me/", token=person.access).json["mail_bounced_at"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "event", [bounce, complaint, lambda address: bounce(f"Ola <{address}>"), lambda address: bounce(address.upper())]
)
def test_a_bounce_marks_the_account(people: People, event: Callable[[str], dict[str, Any]]) -> None:
    ola, jan = people.student(), people.student()
    assert handler(batch(event(ola.email), bounce("nobody@example.com")), None) == NONE_FAILED
    assert bounced_at(ola) is not None
    assert bounced_at(jan) is None


def test_a_temporary_bounce_does_not_mark_the_account(people: People) -> None:
    ola = people.student()
    assert handler(batch(bounce(ola.email, "Transient")), None) == NONE_FAILED
    assert bounced_at(ola) is None


@pytest.mark.parametrize("detail", [{"eventType": "Bounce", "bounce": {"bounceType": "Permanent"}}, {}, None, "x"])
def test_a_malformed_event_marks_no_account(people: People, detail: object) -> None:
    ola = people.student()
    assert handler(batch({"source": "aws.ses", "detail": detail}), None) == NONE_FAILED
    assert bounced_at(ola) is None


def test_after_a_refusal_only_links_are_mailed_until_one_is_used(people: People, smtp_port: int) -> None:
    ola = people.student()
    postbox = Postbox()
    postbox.refused = {ola.email}
    with smtp_server(smtp_port, postbox):
        insert("mail_outbox", {"kind": "password_changed", "recipient": ola.email})
        assert deliver() == 0
        assert bounced_at(ola) is not None
        postbox.refused.clear()
        query("UPDATE mail_outbox SET due_at = now()")
        assert deliver() == 0
        assert query("SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL") == [(0,)]
        accounts("POST", "/api/user/password_reset/", json_body={"email": ola.email})
        assert deliver() == 1
        token = postbox.mails[0].token
        body = {"token": token, "password": "Zielona!Herbata8"}
        assert accounts("POST", "/api/user/password_reset/confirm/", json_body=body).status == 200
    assert query("SELECT mail_bounced_at FROM users WHERE id = %s", ola.id) == [(None,)]


def test_accounts_are_marked_in_the_order_in_which_they_are_locked(people: People) -> None:
    """Otherwise two messages about the same addresses could be a deadlock, and one of them would fail."""
    first, last = sorted((people.student(), people.student()), key=lambda person: person.id)
    query("UPDATE users SET email = 'z@example.com' WHERE id = %s", first.id)
    rows = "SELECT FROM users WHERE email <> 'z@example.com'"
    assert while_account_is_locked(first, lambda: mark_bounced(["z@example.com", last.email]), rows) == 2
