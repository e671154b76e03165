"""From the outbox to the recipient: nothing lost, nothing sent twice."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import psycopg
import pytest

from functions.accounts.handler import handler as accounts_handler
from functions.mail import repository
from functions.mail.handler import handler
from functions.mail.service import EMAILS
from shared.domain.outbox import Kind
from shared.kit.db.query import Query
from tests.support.lambda_client import LambdaClient
from tests.support.mail_outbox import UNSENT, deliver, make_all_due, queue, send_all_at_once
from tests.support.mailbox import delivered
from tests.support.paused_transactions import wait_until, waiting
from tests.support.people import PASSWORD, People, query
from tests.support.smtp_server import Postbox, smtp_server

call = LambdaClient(accounts_handler)


def register(email: str) -> None:
    assert call("POST", "/api/user/create/", json_body={"email": email, "password": PASSWORD}).status == 201


def test_a_registration_while_the_mail_server_is_down_succeeds_and_is_mailed_later(smtp_port: int) -> None:
    register("ola@example.com")
    assert deliver() == 0
    [(recipient, attempts, seconds)] = query(UNSENT)
    assert (recipient, attempts) == ("ola@example.com", 1)
    assert 25 <= seconds <= 30
    with smtp_server(smtp_port) as postbox:
        assert deliver() == 0, "not before its time"
        make_all_due()
        assert deliver() == 1
        assert deliver() == 0
    [mail] = postbox.mails
    assert query("SELECT sent_at IS NOT NULL, attempts FROM mail_outbox") == [(True, 2)]
    assert call("POST", "/api/user/confirm_user/", json_body={"token": mail.token}).status == 200


def test_an_account_being_deleted_gets_no_mail_and_does_not_hold_up_others(smtp_port: int) -> None:
    queue("ola@example.com", "jan@example.com")
    with (
        smtp_server(smtp_port) as postbox,
        ThreadPoolExecutor() as threads,
        psycopg.connect(os.environ["DATABASE_URL"]) as deleting,
    ):
        deleting.execute("DELETE FROM users WHERE email = 'ola@example.com'")
        sent = threads.submit(deliver)
        wait_until(lambda: waiting() == 1)
        deleting.commit()
        assert sent.result(10) == 1
    assert [mail.to for mail in postbox.mails] == ["jan@example.com"]
    assert query(UNSENT) == []


def test_the_wait_between_attempts_doubles_up_to_an_hour(smtp_port: int) -> None:
    queue("ola@example.com")
    waits = []
    for _ in range(10):
        deliver()
        waits.append(int(query(UNSENT)[0][2]))
        make_all_due()
    expected = [min(30 * 2**attempt, 3600) for attempt in range(10)]
    assert waits == [pytest.approx(seconds, abs=3) for seconds in expected]


def test_an_unreachable_server_is_tried_once_per_run(smtp_port: int) -> None:
    queue("a@example.com", "b@example.com", "c@example.com")
    assert deliver() == 0
    assert [attempts for _, attempts, _ in query(UNSENT)] == [1, 0, 0]
    postbox = Postbox()
    postbox.closed = True
    make_all_due()
    with smtp_server(smtp_port, postbox):
        deliver()
        postbox.closed = False
        make_all_due()
        assert deliver() == 3


def test_a_refused_mail_does_not_hold_up_others(smtp_port: int) -> None:
    queue("refused@example.com", "a@example.com", "also.refused@example.com", "b@example.com")
    postbox = Postbox()
    postbox.refused = {"refused@example.com", "also.refused@example.com"}
    with smtp_server(smtp_port, postbox):
        assert deliver() == 2
        assert postbox.recipients == ["a@example.com", "b@example.com"]
        assert [(name, attempts) for name, attempts, _ in query(UNSENT)] == [
            ("refused@example.com", 1),
            ("also.refused@example.com", 1),
        ]
        postbox.refused.clear()
        make_all_due()
        assert deliver() == 2


@pytest.mark.parametrize("mails", [40, pytest.param(1_000, marks=pytest.mark.proof)])
def test_concurrent_workers_send_each_mail_once(smtp_port: int, mails: int) -> None:
    recipients = [f"ola{number:04d}@example.com" for number in range(mails)]
    queue(*recipients)
    assert send_all_at_once(smtp_port, 4) == recipients
    assert query(UNSENT) == []


@pytest.mark.proof
def test_without_the_row_lock_concurrent_workers_send_mails_twice(
    smtp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked = repository.CLAIM_DUE.text.replace("FOR UPDATE SKIP LOCKED", "")
    monkeypatch.setattr(repository, "CLAIM_DUE", Query(repository.DueMail, unlocked))
    received: list[str] = []
    for turn in range(10):
        queue(*(f"ola{turn}.{number}@example.com" for number in range(40)))
        received += send_all_at_once(smtp_port, 4)
        if len(received) > len(set(received)):
            return
    pytest.fail("no mail was sent twice")


def test_a_mail_whose_worker_dies_is_sent_by_the_next(smtp_port: int) -> None:
    queue("ola@example.com")
    command = [sys.executable, "-c", "from functions.mail.handler import handler; handler({}, None)"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with smtp_server(smtp_port) as postbox:
        postbox.may_answer.clear()
        worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert postbox.receiving.wait(30)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert [(name, attempts) for name, attempts, _ in query(UNSENT)] == [("ola@example.com", 1)]
        assert deliver() == 0, "the dead worker still has its claim"
        make_all_due()
        postbox.may_answer.set()
        assert deliver() == 1
    assert query(UNSENT) == []


@pytest.mark.parametrize("meanwhile", ["UPDATE users SET confirmed_at = now()", "DELETE FROM users"])
def test_an_obsolete_mail_is_not_sent(platform: None, meanwhile: str) -> None:
    register("ola@example.com")
    query(meanwhile)
    assert delivered() == []
    assert query(UNSENT) == []
    assert query("SELECT count(*) FROM email_tokens") == [(0,)]


def test_a_mail_goes_to_the_account_s_address_and_not_to_the_one_typed(people: People) -> None:
    people.student(email="Ola.Nowak@Example.com")
    call("POST", "/api/user/password_reset/", json_body={"email": "ola.nowak@example.com"})
    assert [mail.to for mail in delivered()] == ["Ola.Nowak@Example.com"]


def test_tokens_and_texts_of_mails_are_never_stored(people: People) -> None:
    register("ola@example.com")
    call("POST", "/api/user/password_reset/", json_body={"email": "ola@example.com"})
    before = query("SELECT row_to_json(o)::text FROM mail_outbox o")
    tokens = [mail.token for mail in delivered()]
    assert len(tokens) == 2
    tables = [row[0] for row in query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    everything = str([query(f"SELECT row_to_json(t)::text FROM {table} t") for table in tables])
    for secret in (*tokens, PASSWORD, "http", "Potwierd"):
        assert secret not in everything
        assert secret not in str(before)


def test_old_mails_tokens_and_sessions_are_deleted(platform: None) -> None:
    queue("new@example.com", "stale@example.com", "sent@example.com", "old@example.com")
    query("UPDATE mail_outbox SET due_at = now() + interval '1 hour'")
    for name, age, sent in (("stale", "73 hours", None), ("sent", "6 days", "now"), ("old", "8 days", "now")):
        age_it = "UPDATE mail_outbox SET created_at = now() - %s::interval, sent_at = %s WHERE recipient = %s"
        query(age_it, age, sent, f"{name}@example.com")
    for days in (-1, 1):
        end = f"now() + interval '{days} days'"
        query(f"INSERT INTO email_tokens SELECT '{days}', id, 'reset', {end} FROM users LIMIT 1")
        query(f"INSERT INTO sign_in_sessions (user_id, expires_at) SELECT id, {end} FROM users LIMIT 1")
    deliver()
    assert [row[0] for row in query("SELECT recipient FROM mail_outbox ORDER BY id")] == [
        "new@example.com",
        "sent@example.com",
    ]
    assert query("SELECT count(*), min(expires_at) > now() FROM email_tokens") == [(1, True)]
    assert query("SELECT count(*), min(expires_at) > now() FROM sign_in_sessions") == [(1, True)]


def test_every_kind_of_mail_has_a_text() -> None:
    assert EMAILS.keys() == set(get_args(Kind))


def test_a_run_without_mails_sends_none(platform: None) -> None:
    assert handler({"source": "aws.scheduler"}, object()) == {"sent": 0}
