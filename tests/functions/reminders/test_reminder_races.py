"""Each reminder is sent once, whatever happens meanwhile."""

import os
import signal
import subprocess
import sys

import pytest

from functions.mail.handler import handler as send_mails
from functions.reminders import repository
from shared.kit.db.pool import close_pool
from shared.kit.db.query import Query
from tests.conftest import read_settings_again
from tests.support.booking_rows import insert_booking
from tests.support.local_server import free_port
from tests.support.notifications import dispatch
from tests.support.paused_transactions import gate_after, kill_the_waiting, wait_until, waiting
from tests.support.people import People, query
from tests.support.races import at_once
from tests.support.reminders import booked_in, in_hours, remind, time_passes
from tests.support.smtp_server import HOST, smtp_server


@pytest.mark.parametrize("number", [10, pytest.param(200, marks=pytest.mark.proof)])
def test_five_concurrent_runs_send_each_reminder_once(people: People, number: int) -> None:
    for _ in range(number):
        insert_booking(people.student(), people.tutor(), in_hours(23.9)).change("confirmed")
    dispatch()
    query("DELETE FROM mail_outbox")
    query("DELETE FROM reminders")
    query(
        "INSERT INTO reminders (booking_id, kind, recipient, due_at)"
        " SELECT id, 'day_before', whom, starts_at - interval '24 hours'"
        " FROM bookings, unnest('{student,tutor}'::text[]) whom"
    )
    assert sum(at_once(*[remind] * 5)) == 2 * number
    assert query("SELECT count(*), count(DISTINCT (recipient, payload)) FROM mail_outbox") == [(2 * number, 2 * number)]


def test_without_the_lock_reminders_are_sent_twice(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked = repository.CLAIM_DUE.text.replace("FOR NO KEY UPDATE SKIP LOCKED", "")
    unchecked = repository.QUEUE_OR_DROP.text.replace("AND r.state = 'planned'", "")
    monkeypatch.setattr(repository, "CLAIM_DUE", Query(repository.DueReminder, unlocked))
    monkeypatch.setattr(repository, "QUEUE_OR_DROP", Query(repository.Reminder, unchecked))
    booked_in(people, 25)
    time_passes(2)
    with gate_after("INSERT ON mail_outbox") as let_go:

        def open_it() -> int:
            wait_until(lambda: waiting() >= 2)
            let_go()
            return 0

        at_once(open_it, *[remind] * 3)
    [(mails, different)] = query("SELECT count(*), count(DISTINCT (recipient, payload)) FROM mail_outbox")
    assert mails > different


@pytest.mark.parametrize("step", ["UPDATE ON reminders", "INSERT ON notifications", "INSERT ON mail_outbox"])
def test_a_run_killed_halfway_sends_nothing_and_the_next_sends_everything(people: People, step: str) -> None:
    booked_in(people, 25)
    time_passes(2)
    command = [sys.executable, "-c", "from functions.reminders.handler import handler; handler({}, None)"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with gate_after(step):
        worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        kill_the_waiting()
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    close_pool()
    assert query("SELECT count(*) FROM mail_outbox") == [(0,)]
    assert remind() == 2
    assert query("SELECT count(*), count(DISTINCT recipient) FROM mail_outbox") == [(2, 2)]


@pytest.mark.parametrize("rounds", [1, pytest.param(15, marks=pytest.mark.proof)])
def test_a_mailer_killed_while_sending_sends_at_most_one_mail_and_marks_it_uncertain(
    people: People, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    """Five concurrent reminder runs; a mailer killed before it records the outcome of its mail; then five mailers."""
    port = free_port()
    monkeypatch.setenv("MAIL_URL", f"smtp://{HOST}:{port}")
    read_settings_again()
    command = [sys.executable, "-c", "from functions.mail.handler import handler; handler({}, None)"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    for _ in range(rounds):
        query("DELETE FROM mail_outbox")
        booked = booked_in(people, 25)
        time_passes(2)
        assert sum(at_once(*[remind] * 5)) == 2
        with smtp_server(port) as postbox:
            postbox.may_answer.clear()
            worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            assert postbox.receiving.wait(30)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            postbox.may_answer.set()
            query("UPDATE mail_outbox SET due_at = now() WHERE sent_at IS NULL")
            at_once(*[lambda: send_mails({}, None)] * 5)
            query("UPDATE mail_outbox SET due_at = now() WHERE sent_at IS NULL")
            send_mails({}, None)
        fates = query("SELECT recipient, sent_at IS NOT NULL, uncertain_at IS NOT NULL FROM mail_outbox ORDER BY id")
        assert sorted((sent, uncertain) for _, sent, uncertain in fates) == [(False, True), (True, False)]
        for recipient, sent, _uncertain in fates:
            received = postbox.recipients.count(recipient)
            assert received == 1 if sent else received <= 1
        assert {row[0] for row in fates} == {booked.student.email, booked.tutor.email}
        query("DELETE FROM bookings")
        query("DELETE FROM tutoring_sessions")
