"""Mails that are sent at most once: one with an uncertain outcome is never sent again."""

import os
import signal
import subprocess
import sys

import pytest

from functions.mail import repository, transports
from tests.support.mail_outbox import deliver, make_all_due, queue, send_all_at_once
from tests.support.people import query
from tests.support.smtp_server import Postbox, smtp_server


def queue_once(*recipients: str) -> None:
    queue(*recipients)
    query("UPDATE mail_outbox SET once = true")


def fates() -> list[tuple[str, bool, bool]]:
    """Return each mail's recipient, whether it was sent, and whether the outcome is uncertain."""
    rows = query("SELECT recipient, sent_at IS NOT NULL, uncertain_at IS NOT NULL FROM mail_outbox ORDER BY id")
    return [(row[0], row[1], row[2]) for row in rows]


def test_a_mail_to_send_once_is_retried_while_it_certainly_was_not_sent(smtp_port: int) -> None:
    queue_once("ola@example.com", "refused@example.com")
    assert deliver() == 0
    postbox = Postbox()
    postbox.refused = {"refused@example.com"}
    make_all_due()
    with smtp_server(smtp_port, postbox):
        assert deliver() == 1
        assert fates() == [("ola@example.com", True, False), ("refused@example.com", False, False)]
        postbox.refused.clear()
        make_all_due()
        assert deliver() == 1
    assert postbox.recipients == ["ola@example.com", "refused@example.com"]


def test_a_mail_to_send_once_whose_worker_dies_is_marked_uncertain_and_never_sent_again(smtp_port: int) -> None:
    queue_once("ola@example.com")
    command = [sys.executable, "-c", "from functions.mail.handler import handler; handler({}, None)"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with smtp_server(smtp_port) as postbox:
        postbox.may_answer.clear()
        worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert postbox.receiving.wait(30)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        postbox.may_answer.set()
        make_all_due()
        assert deliver() == 0
    assert postbox.recipients.count("ola@example.com") <= 1
    assert fates() == [("ola@example.com", False, True)]


def test_a_connection_that_breaks_during_sending_leaves_the_mail_uncertain(
    smtp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "TIMEOUT", 0.5)
    queue_once("ola@example.com")
    with smtp_server(smtp_port) as postbox:
        postbox.may_answer.clear()
        assert deliver() == 0
        postbox.may_answer.set()
        make_all_due()
        assert deliver() == 0
    assert fates() == [("ola@example.com", False, True)]


def test_a_worker_whose_claim_has_expired_leaves_the_mail_to_the_next(smtp_port: int) -> None:
    """The claim expired before it sent the mail, and another worker claimed it."""
    queue_once("ola@example.com")
    slow = repository.claim_due()
    assert slow
    make_all_due()
    with smtp_server(smtp_port) as postbox:
        assert deliver() == 1
    assert repository.mark_uncertain(slow.id) is False
    assert postbox.recipients == ["ola@example.com"]


@pytest.mark.parametrize("mails", [20, pytest.param(500, marks=pytest.mark.proof)])
def test_concurrent_workers_send_each_mail_to_send_once_a_single_time(smtp_port: int, mails: int) -> None:
    recipients = [f"ola{number:04d}@example.com" for number in range(mails)]
    queue_once(*recipients)
    assert send_all_at_once(smtp_port, 5) == recipients
    assert query("SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL OR uncertain_at IS NOT NULL") == [(0,)]


def test_mails_with_an_uncertain_outcome_are_kept_for_a_week(platform: None) -> None:
    queue_once("ola@example.com", "jan@example.com")
    for age, recipient in (("5 days", "ola"), ("8 days", "jan")):
        aged = "UPDATE mail_outbox SET uncertain_at = now(), created_at = now() - %s::interval WHERE recipient = %s"
        query(aged, age, f"{recipient}@example.com")
    deliver()
    assert fates() == [("ola@example.com", False, True)]
