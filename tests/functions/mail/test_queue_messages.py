"""Messages from SQS that name mails: partial failures of batches, repeated and unreadable messages."""

import json
from typing import Any

import pytest

from functions.mail import repository
from functions.mail.handler import handler
from functions.mail.repository import DueMail
from shared.kit.db.query import Query
from tests.events.recorded import recorded
from tests.support.people import insert, query
from tests.support.races import at_once
from tests.support.smtp_server import Postbox, smtp_server

NONE_FAILED: dict[str, Any] = {"batchItemFailures": []}


def queued(*names: str) -> list[int]:
    """Make accounts whose confirmation mails are queued; return the ids of the mails."""
    for name in names:
        insert("users", {"email": f"{name}@example.com", "password_hash": "!"})
    return [insert("mail_outbox", {"kind": "confirm_email", "recipient": f"{name}@example.com"}) for name in names]


def batch(*bodies: object) -> dict[str, Any]:
    """Return an SQS event; bodies that are not text are sent as JSON. The id of a message is its index."""
    [record] = recorded("queue_mail")["Records"]
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return {"Records": [{**record, "messageId": str(place), "body": text} for place, text in enumerate(texts)]}


def failed(*places: int) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": str(place)} for place in places]}


def unsent() -> list[int]:
    return [row[0] for row in query("SELECT id FROM mail_outbox WHERE sent_at IS NULL ORDER BY id")]


def test_a_message_sends_its_mail_and_no_other(smtp_port: int) -> None:
    first, second, third = queued("a", "b", "c")
    with smtp_server(smtp_port) as postbox:
        assert handler(batch({"mail_id": second}), None) == NONE_FAILED
        assert postbox.recipients == ["b@example.com"]
        assert unsent() == [first, third]
        assert handler(batch({}), None) == NONE_FAILED
    assert sorted(postbox.recipients) == ["a@example.com", "b@example.com", "c@example.com"]


@pytest.mark.parametrize(
    "poison",
    [
        "",
        "no json",
        "[]",
        "null",
        "7",
        '"x"',
        {"mail_id": "7"},
        {"mail_id": None},
        {"mail_id": 0},
        {"mail_id": -1},
        {"mail_id": 2**63},
        {"mail_id": 1.5},
        {"mail_id": [1]},
        {"mail_id": True},
        "[" * 100_000,
    ],
)
def test_an_unreadable_message_fails_alone(smtp_port: int, poison: object) -> None:
    first, second = queued("a", "b")
    with smtp_server(smtp_port) as postbox:
        assert handler(batch({"mail_id": first}, poison, {"mail_id": second}), None) == failed(1)
    assert postbox.recipients == ["a@example.com", "b@example.com"]
    assert unsent() == []


def test_a_message_for_an_unknown_mail_succeeds(smtp_port: int) -> None:
    assert handler(batch({"mail_id": 2**63 - 1}), None) == NONE_FAILED


def test_a_refused_or_unwritable_mail_fails_alone_and_is_retried(
    smtp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = queued("refused", "a", "unwritten", "b")
    query("UPDATE mail_outbox SET kind = 'of a newer release' WHERE id = %s", ids[2])
    postbox = Postbox()
    postbox.refused = {"refused@example.com"}
    with smtp_server(smtp_port, postbox):
        event = batch(*({"mail_id": each} for each in ids))
        assert handler(event, None) == failed(0, 2)
        assert postbox.recipients == ["a@example.com", "b@example.com"]
        assert handler(event, None) == NONE_FAILED, "it is not due yet: the sweep will send the rest"
        postbox.refused.clear()
        query("UPDATE mail_outbox SET due_at = now()")
        assert handler(event, None) == failed(2)
        assert unsent() == [ids[2]]
        query("UPDATE mail_outbox SET due_at = now()")
        queued("c")
        assert handler({}, None) == {"sent": 1}, "it does not hold up a sweep either"


def test_while_the_mail_server_is_unreachable_every_message_fails_and_is_retried(smtp_port: int) -> None:
    ids = queued("a", "b")
    event = batch({"mail_id": ids[0]}, {}, {"mail_id": ids[1]})
    assert handler(event, None) == failed(0, 1)
    query("UPDATE mail_outbox SET due_at = now()")
    with smtp_server(smtp_port) as postbox:
        assert handler(event, None) == NONE_FAILED
    assert sorted(postbox.recipients) == ["a@example.com", "b@example.com"]


def test_a_database_error_fails_the_message_not_the_function(smtp_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    [mail] = queued("a")
    monkeypatch.setattr(repository, "CLAIM_ONE", Query(DueMail, "SELECT %s FROM missing"))
    with smtp_server(smtp_port):
        assert handler(batch({"mail_id": mail}, {}), None) == failed(0)


@pytest.mark.parametrize("mails", [5, pytest.param(200, marks=pytest.mark.proof)])
def test_repeated_and_concurrent_messages_send_nothing_twice(smtp_port: int, mails: int) -> None:
    """SQS delivers at least once, and a sweep may run meanwhile."""
    ids = queued(*(f"a{number}" for number in range(mails)))
    event = batch(*({"mail_id": each} for each in [*ids, *ids]))
    with smtp_server(smtp_port) as postbox:
        answers = at_once(*[lambda: handler(event, None)] * 3, lambda: {**NONE_FAILED, **handler({}, None)})
    assert [answer["batchItemFailures"] for answer in answers] == [[]] * 4
    assert sorted(postbox.recipients) == sorted(f"a{number}@example.com" for number in range(mails))


def test_without_the_claim_a_repeated_message_sends_its_mail_twice(
    smtp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned = "id, kind, recipient, attempts, payload, once"
    claim = f"UPDATE mail_outbox SET attempts = attempts + 1 WHERE id = %s RETURNING {returned}"
    monkeypatch.setattr(repository, "CLAIM_ONE", Query(DueMail, claim))
    [mail] = queued("a")
    with smtp_server(smtp_port) as postbox:
        handler(batch({"mail_id": mail}, {"mail_id": mail}), None)
    assert postbox.recipients == ["a@example.com"] * 2
