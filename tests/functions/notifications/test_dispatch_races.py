"""Each change is dispatched once, whatever happens meanwhile."""

from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest

from functions.notifications import dispatch_job
from functions.notifications.actions.dispatch import dispatch_next
from functions.notifications.data import booking_changes
from functions.reminders.handler import handler as remind
from shared.data.bookings import BookingChange
from shared.kit.db.pool import close_pool
from shared.kit.db.query import Query
from shared.kit.settings import settings
from tests.support.booking_rows import FAR, BookingRow, insert_booking
from tests.support.notifications import dispatch, notified
from tests.support.paused_transactions import gate_after, kill_the_waiting, wait_until, waiting
from tests.support.people import People, query
from tests.support.races import at_once
from tests.support.statements import statements


def many(people: People, number: int) -> list[BookingRow]:
    """Make so many bookings of one student with different tutors, each with one change."""
    student = people.student()
    booked = [insert_booking(student, people.tutor(), FAR + timedelta(hours=2 * each)) for each in range(number)]
    for each in booked:
        each.change("confirmed")
    return booked


def counts() -> tuple[int, int, int]:
    """Return the numbers of notifications, of mails, and of duplicate mails."""
    [(notifications,)] = query("SELECT count(*) FROM notifications")
    [(mails, different)] = query("SELECT count(*), count(DISTINCT (recipient, payload)) FROM mail_outbox")
    return notifications, mails, mails - different


@pytest.mark.parametrize("number", [25, pytest.param(300, marks=pytest.mark.proof)])
def test_five_concurrent_dispatchers_dispatch_each_change_once(
    people: People, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(dispatch_job, "BATCH", 5)
    many(people, number)
    at_once(*[dispatch] * 5)
    dispatch()
    assert counts() == (number, 2 * number, 0)
    assert query("SELECT count(*) FROM booking_changes WHERE dispatched_at IS NULL") == [(0,)]


def test_without_the_lock_concurrent_dispatchers_send_mails_twice(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked = booking_changes.CLAIM_UNDISPATCHED.text.replace("FOR NO KEY UPDATE OF c", "")
    monkeypatch.setattr(booking_changes, "CLAIM_UNDISPATCHED", Query(BookingChange, unlocked))
    many(people, 5)
    with gate_after("INSERT ON mail_outbox") as let_go:

        def open_it() -> int:
            wait_until(lambda: waiting() >= 2)
            let_go()
            return 0

        at_once(open_it, *[dispatch] * 3)
    assert counts()[2] > 0


@pytest.mark.parametrize("step", ["INSERT ON notifications", "INSERT ON mail_outbox", "UPDATE ON booking_changes"])
def test_a_dispatcher_killed_halfway_does_nothing_and_the_next_does_everything(people: People, step: str) -> None:
    many(people, 3)
    with gate_after(step):

        def killed() -> int:
            with suppress(psycopg.OperationalError):
                dispatch()
            return 0

        def kill() -> int:
            kill_the_waiting()
            return 0

        at_once(killed, kill)
    close_pool()
    assert counts() == (0, 0, 0)
    assert query("SELECT count(*) FROM reminders") == [(0,)]
    assert dispatch() == 3
    assert counts() == (3, 6, 0)


def test_a_dispatcher_yields_to_a_transaction_that_locks_the_changes(people: People) -> None:
    many(people, 2)
    with psycopg.connect(settings().database_url) as other:
        other.execute("SELECT FROM booking_changes FOR UPDATE")
        assert dispatch() == 0
    assert counts() == (0, 0, 0)
    assert dispatch() == 2


def test_dispatching_never_prevents_the_deletion_of_an_account(people: People) -> None:
    """In a deadlock the dispatcher gives way, and not the request that somebody waits for."""
    [booked] = many(people, 1)
    with psycopg.connect(settings().database_url) as other:
        other.execute("DELETE FROM users WHERE id = %s", (booked.tutor.id,))

        def dispatch_meanwhile() -> int:
            return dispatch()

        def touch_the_changes() -> int:
            wait_until(lambda: waiting() == 1)
            return other.execute("UPDATE booking_changes SET reason = 'x' WHERE kind = 'confirmed'").rowcount

        assert at_once(dispatch_meanwhile, touch_the_changes) == [0, 1]
        other.commit()
    assert dispatch() == 2
    assert [text.split(", ")[0] for text in notified(booked.student)] == ["Zajęcia odwołane: korepetytor"]


def test_batches_are_dispatched_until_no_change_is_left(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch_job, "BATCH", 2)
    many(people, 5)
    assert dispatch() == 5
    assert remind({}, None) == {"sent": 0}


def test_new_changes_are_left_to_the_run_that_they_trigger(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every batch is costly, however small: under load, endless small batches would slow down bookings."""
    [booked] = many(people, 1)
    to_come = ["completed"]

    def dispatch_in_a_rush(most: int) -> int:
        number = dispatch_next(most)
        while to_come:
            booked.change(to_come.pop())
        return number

    monkeypatch.setattr(dispatch_job, "dispatch_next", dispatch_in_a_rush)
    assert [dispatch(), dispatch(), dispatch()] == [1, 1, 0]


def test_many_changes_take_as_many_statements_as_one(people: People) -> None:
    many(people, 12)
    with statements() as sent:
        assert dispatch() == 12
    inside = sent[: sent.index("COMMIT") + 1]
    assert [statement.split()[0] for statement in inside] == [
        *("BEGIN", "SELECT", "SELECT", "SELECT"),
        *("WITH", "WITH", "WITH", "UPDATE", "COMMIT"),
    ]
