"""Reminders: planned with each change, sent when due, once for each booking, kind and recipient."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.mail.handler import handler as send_mails
from functions.notifications.dispatch_job import handler as dispatch
from functions.reminders import repository
from functions.reminders.handler import handler
from shared.domain.outbox import mailer_trigger
from shared.kit.db.pool import close_pool
from shared.kit.db.query import Query
from tests.conftest import read_settings_again
from tests.events.recorded import recorded
from tests.support.booking_rows import Booked, book
from tests.support.mailbox import delivered
from tests.support.paused_transactions import gate_after, kill_the_waiting, wait_until, waiting
from tests.support.people import People, query
from tests.support.races import at_once
from tests.support.smtp_server import HOST, free_port, smtp_server

HOUR = timedelta(hours=1)
ALL = [
    ("cancellation_deadline", "student"),
    ("day_before", "student"),
    ("day_before", "tutor"),
    ("hour_before", "student"),
    ("hour_before", "tutor"),
]


def remind() -> int:
    sent: int = handler(recorded("schedule_reminders"), None)["sent"]
    return sent


def in_hours(hours: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + hours * HOUR


def booked_in(people: People, hours: float, **columns: Any) -> Booked:
    """A confirmed booking so many hours ahead, dispatched."""
    made = book(people.student(), people.tutor(first_name="Jan", last_name="Kowalski"), in_hours(hours), **columns)
    made.change("confirmed")
    dispatch({}, None)
    query("DELETE FROM mail_outbox")
    query("DELETE FROM notifications")
    return made


def reminders(state: str = "planned") -> list[tuple[str, str]]:
    rows = query("SELECT kind, recipient FROM reminders WHERE state = %s ORDER BY kind, recipient", state)
    return [(row[0], row[1]) for row in rows]


def time_passes(hours: float) -> None:
    """Everything is so much nearer."""
    shift = "- make_interval(secs => %(seconds)s)"
    for table, columns in (
        ("bookings", ("starts_at", "ends_at")),
        ("tutoring_sessions", ("starts_at", "ends_at", "busy_from", "busy_until")),
        ("reminders", ("due_at",)),
    ):
        moved = ", ".join(f"{column} = {column} {shift}".replace("%(seconds)s", "%s") for column in columns)
        query(f"UPDATE {table} SET {moved}", *[hours * 3600] * len(columns))
    nearer = "jsonb_set(payload, '{due}', to_jsonb((payload->>'due')::bigint - %s))"
    query(f"UPDATE mail_outbox SET payload = {nearer} WHERE kind = 'booking_reminder'", round(hours * 3600))


def due(kind: str, recipient: str = "student") -> timedelta:
    """How long before the start a reminder comes."""
    rows = query(
        "SELECT b.starts_at - r.due_at FROM reminders r JOIN bookings b ON b.id = r.booking_id"
        " WHERE r.kind = %s AND r.recipient = %s",
        kind,
        recipient,
    )
    found: timedelta = rows[0][0]
    return found


def test_a_booking_far_ahead_gets_all_reminders(people: People) -> None:
    booked_in(people, 100)
    assert reminders() == ALL
    assert [due(kind, recipient) / HOUR for kind, recipient in ALL] == [14, 24, 24, 1, 1]


@pytest.mark.parametrize(
    ("hours", "planned"),
    [
        (24.5, ALL),
        (23.5, [ALL[0], *ALL[3:]]),
        (14.5, [ALL[0], *ALL[3:]]),
        (13.5, ALL[3:]),
        (1.5, ALL[3:]),
        (0.5, []),
    ],
)
def test_a_booking_made_late_gets_what_still_makes_sense(
    people: People, hours: float, planned: list[tuple[str, str]]
) -> None:
    booked_in(people, hours)
    assert reminders() == planned
    assert remind() == 0


def test_without_a_cancellation_notice_there_is_no_deadline_to_remind_of(people: People) -> None:
    tutor = people.tutor()
    query("UPDATE booking_terms SET cancellation_notice = 0")
    book(people.student(), tutor, in_hours(100)).change("confirmed")
    dispatch({}, None)
    assert reminders() == ALL[1:]


@pytest.mark.parametrize("state", ["pending", "cancelled", "completed"])
def test_only_confirmed_bookings_get_reminders(people: People, state: str) -> None:
    extra: dict[str, Any] = {"awaiting": "tutor", "expires_at": in_hours(50)} if state == "pending" else {}
    book(people.student(), people.tutor(), in_hours(100), state=state, **extra).change("requested")
    dispatch({}, None)
    assert query("SELECT * FROM reminders") == []


def test_a_due_reminder_is_mailed_and_notified_once(people: People) -> None:
    booked = booked_in(people, 25)
    assert remind() == 0
    time_passes(2)
    assert remind() == 2
    assert remind() == 0
    assert reminders("queued") == ALL[1:3]
    sent = query("SELECT recipient, kind, once, sent_at FROM mail_outbox ORDER BY recipient")
    assert sent == [(person.email, "booking_reminder", True, None) for person in (booked.student, booked.tutor)]
    [(kind, message, data)] = query(
        "SELECT kind, message, data FROM notifications WHERE user_id = %s", booked.student.id
    )
    assert kind == "reminder_day_before"
    assert message.startswith("Przypomnienie o zajęciach: Jan Kowalski, w")
    assert data["reservation"] == booked.id
    time_passes(22.5)
    assert remind() == 2
    assert query("SELECT DISTINCT kind FROM notifications ORDER BY kind") == [
        ("reminder_day_before",),
        ("reminder_hour_before",),
    ]


def test_reminding_triggers_the_mailer_once_the_mails_are_committed(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mailer sees them only then: it has a connection of its own."""
    monkeypatch.setattr(mailer_trigger, "installed", lambda: send_mails({}, None))
    booked_in(people, 25)
    time_passes(2)
    assert remind() == 2
    assert query("SELECT sent_at IS NOT NULL FROM mail_outbox") == [(True,), (True,)]


def test_the_mail_says_when_where_and_until_when_the_student_may_cancel(people: People) -> None:
    booked = booked_in(people, 16)
    time_passes(2.5)
    assert remind() == 1
    [mail] = delivered(booked.student.email)
    assert mail.subject.startswith("Ostatnia chwila na odwołanie zajęć: Jan Kowalski, w")
    for text in (
        "Odwołać można do: ",
        "Gdzie: https://meet.jit.si/abc",
        "Cena: 80,00 PLN",
        "Korepetytor: Jan Kowalski",
    ):
        assert text in mail.text
    assert query("SELECT sent_at IS NOT NULL, uncertain_at FROM mail_outbox") == [(True, None)]


def test_a_mail_that_waited_until_the_deadline_was_over_is_not_sent(people: People) -> None:
    booked_in(people, 16)
    time_passes(2.5)
    assert remind() == 1
    time_passes(1.6)
    assert delivered() == []
    assert query("SELECT sent_at IS NOT NULL, uncertain_at FROM mail_outbox") == [(True, None)]


def test_reminders_that_come_too_late_are_dropped(people: People) -> None:
    """The function did not run for a day: nobody is reminded of yesterday."""
    booked_in(people, 40)
    time_passes(39.5)
    assert remind() == 2
    assert reminders("queued") == ALL[3:]
    assert reminders("dropped") == ALL[:3]
    booked_in(people, 40)
    query("DELETE FROM notifications")
    time_passes(40.1)
    assert remind() == 0
    assert query("SELECT * FROM notifications") == []


def test_a_cancelled_booking_gets_no_reminder_though_its_change_is_not_dispatched(people: People) -> None:
    booked = booked_in(people, 25)
    time_passes(2)
    booked.cancel()
    assert remind() == 0
    assert reminders("dropped") == ALL
    dispatch({}, None)
    assert reminders("dropped") == ALL


def test_a_move_moves_planned_reminders_and_plans_sent_ones_again(people: People) -> None:
    booked = booked_in(people, 25)
    time_passes(2)
    assert remind() == 2
    before = booked.move(in_hours(100))
    assert remind() == 0
    booked.change("rescheduled", from_state="confirmed", old_starts_at=before)
    dispatch({}, None)
    assert reminders() == ALL
    assert [due(kind, recipient) / HOUR for kind, recipient in ALL] == [14, 24, 24, 1, 1]
    time_passes(76.5)
    assert remind() == 2
    # The mails of the old time waited until now: they say nothing.
    assert query("SELECT count(*) FROM mail_outbox WHERE kind = 'booking_reminder'") == [(4,)]
    assert len([mail for mail in delivered() if mail.subject.startswith("Przypomnienie")]) == 2


def test_a_move_that_is_not_dispatched_moves_the_reminder_that_is_due(people: People) -> None:
    booked = booked_in(people, 25)
    time_passes(2)
    booked.move(in_hours(50))
    assert remind() == 0
    assert [due("day_before", recipient) / HOUR for recipient in ("student", "tutor")] == [24, 24]
    assert reminders() == ALL


def test_a_change_that_keeps_the_time_sends_nothing_again(people: People) -> None:
    booked = booked_in(people, 25)
    time_passes(2)
    remind()
    booked.change("rescheduled", from_state="confirmed", old_starts_at=in_hours(23))
    dispatch({}, None)
    assert remind() == 0
    assert reminders("queued") == ALL[1:3]


def test_a_mail_that_waited_until_the_booking_was_cancelled_is_not_sent(people: People) -> None:
    booked = booked_in(people, 25)
    time_passes(2)
    assert remind() == 2
    booked.cancel()
    assert delivered() == []


@pytest.mark.parametrize("number", [10, pytest.param(200, marks=pytest.mark.proof)])
def test_five_at_once_send_each_reminder_once(people: People, number: int) -> None:
    for _ in range(number):
        book(people.student(), people.tutor(), in_hours(23.9)).change("confirmed")
    dispatch({}, None)
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
def test_a_run_killed_halfway_has_sent_nothing_and_the_next_sends_everything(people: People, step: str) -> None:
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
def test_a_mailer_killed_while_it_sends_sends_one_or_none_and_marks_it_uncertain(
    people: People, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    """Five reminder functions at once; a mailer killed before it records what became of its mail; then five mailers."""
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
