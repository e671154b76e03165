"""The outbox: a mail is queued in the transaction that it reports on."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress

import boto3
import pytest

from functions.accounts.handler import handler as accounts
from shared.domain import outbox
from shared.domain.outbox import Mail, queue_mail, queue_mails, trigger_mailer
from shared.kit.db.transactions import transaction
from tests.conftest import read_settings_again
from tests.support.lambda_client import LambdaClient
from tests.support.moto_aws import emulated_aws
from tests.support.people import PASSWORD, query


class Undone(Exception):
    pass


@pytest.fixture(autouse=True)
def no_waker_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox.mailer_trigger, "installed", None)


def test_a_mail_is_due_at_once_and_stores_only_its_kind_and_recipient(platform: None) -> None:
    with transaction() as db:
        mail_id = queue_mail(db, "confirm_email", "ola@example.com")
    assert query("SELECT id FROM mail_outbox") == [(mail_id,)]
    assert query("SELECT kind, recipient, attempts, sent_at, due_at <= now() FROM mail_outbox") == [
        ("confirm_email", "ola@example.com", 0, None, True)
    ]
    columns = query("SELECT column_name FROM information_schema.columns WHERE table_name = 'mail_outbox'")
    assert {row[0] for row in columns} == {
        *("id", "kind", "recipient", "payload", "once"),
        *("created_at", "due_at", "attempts", "sent_at", "uncertain_at"),
    }


def test_several_mails_are_queued_with_their_payloads(platform: None) -> None:
    with transaction() as db:
        queue_mails(db, [])
        queue_mails(db, [Mail("booking_change", "ola@example.com", {"change": 7})])
        queue_mails(db, [Mail("booking_reminder", "jan@example.com", {"reminder": 1, "due": 5}, once=True)])
    assert query("SELECT recipient, payload, once FROM mail_outbox ORDER BY id") == [
        ("ola@example.com", {"change": 7}, False),
        ("jan@example.com", {"reminder": 1, "due": 5}, True),
    ]


def test_a_rolled_back_transaction_sends_no_mail(platform: None) -> None:
    with suppress(Undone), transaction() as db:
        queue_mail(db, "confirm_email", "ola@example.com")
        raise Undone
    assert query("SELECT count(*) FROM mail_outbox") == [(0,)]


def test_the_mailer_is_woken_if_there_is_one() -> None:
    trigger_mailer()
    woken: list[str] = []
    outbox.mailer_trigger.installed = lambda: woken.append("now")
    trigger_mailer()
    assert woken == ["now"]


@pytest.fixture
def queue(platform: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of the mail queue, as a function knows it."""
    with emulated_aws(monkeypatch):
        address = boto3.client("sqs").create_queue(QueueName="mail")["QueueUrl"]
        monkeypatch.setenv("MAIL_QUEUE_URL", address)
        read_settings_again()
        yield address


def received(queue: str) -> list[dict[str, int]]:
    """Receive and return the messages in the queue."""
    client, bodies = boto3.client("sqs"), []
    while messages := client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=0).get("Messages"):
        for message in messages:
            bodies.append(json.loads(message["Body"]))
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def test_on_aws_the_waiting_mails_are_sent_to_the_queue(queue: str) -> None:
    trigger_mailer()
    assert received(queue) == [{}]
    trigger_mailer(*range(1, 24))
    assert sorted(body["mail_id"] for body in received(queue)) == list(range(1, 24))


@pytest.mark.parametrize(
    ("path", "more"),
    [("create/", {"password": PASSWORD}), ("confirm_user/resend/", {}), ("password_reset/", {})],
)
def test_every_request_that_queues_a_mail_wakes_the_mailer(queue: str, path: str, more: dict[str, str]) -> None:
    body = {"email": "ola@example.com", **more}
    assert LambdaClient(accounts)("POST", f"/api/user/{path}", json_body=body).status in {200, 201}
    assert received(queue) == [{"mail_id": row[0]} for row in query("SELECT id FROM mail_outbox")]
    assert query("SELECT count(*) FROM mail_outbox") == [(1,)]


def test_a_refused_request_does_not_wake_the_mailer(queue: str) -> None:
    body = {"email": "no address", "password": PASSWORD}
    assert LambdaClient(accounts)("POST", "/api/user/create/", json_body=body).status == 400
    assert received(queue) == []


@pytest.mark.parametrize("broken", ["no such queue", "no answer"])
def test_an_unreachable_queue_neither_fails_nor_delays_a_request(
    queue: str, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    if broken == "no answer":
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    else:
        boto3.client("sqs").delete_queue(QueueUrl=queue)
    started = time.monotonic()
    body = {"email": "ola@example.com"}
    assert LambdaClient(accounts)("POST", "/api/user/password_reset/", json_body=body).status == 200
    assert time.monotonic() - started < 3
    assert query("SELECT count(*) FROM mail_outbox") == [(1,)]
