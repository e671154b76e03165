"""Reminders: planned with each change, sent when due, once for each booking, kind and recipient."""

import re
from typing import Any

import pytest

from functions.mail.handler import handler as send_mails
from shared.domain.outbox import mailer_trigger
from tests.support.booking_rows import insert_booking
from tests.support.mailbox import delivered
from tests.support.notifications import dispatch
from tests.support.people import People, query
from tests.support.reminders import ALL, HOUR, booked_in, due, in_hours, remind, reminders, time_passes


def test_a_booking_far_in_advance_gets_all_reminders(people: People) -> None:
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
def test_a_late_booking_gets_only_the_reminders_that_still_make_sense(
    people: People, hours: float, planned: list[tuple[str, str]]
) -> None:
    booked_in(people, hours)
    assert reminders() == planned
    assert remind() == 0


def test_without_a_cut_off_there_is_no_reminder_of_it(people: People) -> None:
    tutor = people.tutor()
    query("UPDATE booking_terms SET cancellation_notice = 0")
    insert_booking(people.student(), tutor, in_hours(100)).change("confirmed")
    dispatch()
    assert reminders() == ALL[1:]


@pytest.mark.parametrize("state", ["pending", "cancelled", "completed"])
def test_only_confirmed_bookings_get_reminders(people: People, state: str) -> None:
    extra: dict[str, Any] = {"awaiting": "tutor", "expires_at": in_hours(50)} if state == "pending" else {}
    insert_booking(people.student(), people.tutor(), in_hours(100), state=state, **extra).change("requested")
    dispatch()
    assert query("SELECT * FROM reminders") == []


def test_a_due_reminder_sends_one_mail_and_one_notification(people: People) -> None:
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


def test_the_mailer_is_triggered_once_the_mails_are_committed(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mailer has its own connection, so it does not see them earlier."""
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
    times = re.findall(r" o \d\d:\d\d(.{0,16})", mail.text)
    assert [after[:16] for after in times] == [" (Europe/Warsaw)"] * 2
    assert query("SELECT sent_at IS NOT NULL, uncertain_at FROM mail_outbox") == [(True, None)]


def test_a_mail_that_waited_past_the_cut_off_is_not_sent(people: People) -> None:
    booked_in(people, 16)
    time_passes(2.5)
    assert remind() == 1
    time_passes(1.6)
    assert delivered() == []
    assert query("SELECT sent_at IS NOT NULL, uncertain_at FROM mail_outbox") == [(True, None)]


def test_late_reminders_are_dropped(people: People) -> None:
    """The function did not run for a day: no reminders of yesterday's sessions are sent."""
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


def test_a_cancelled_booking_gets_no_reminder_even_before_its_change_is_dispatched(people: People) -> None:
    booked = booked_in(people, 25)
    time_passes(2)
    booked.cancel()
    assert remind() == 0
    assert reminders("dropped") == ALL
    dispatch()
    assert reminders("dropped") == ALL


def test_a_move_moves_planned_reminders_and_plans_sent_ones_again(people: People) -> None:
    booked = booked_in(people, 25)
    time_passes(2)
    assert remind() == 2
    before = booked.move(in_hours(100))
    assert remind() == 0
    booked.change("rescheduled", from_state="confirmed", old_starts_at=before)
    dispatch()
    assert reminders() == ALL
    assert [due(kind, recipient) / HOUR for kind, recipient in ALL] == [14, 24, 24, 1, 1]
    time_passes(76.5)
    assert remind() == 2
    # The mails about the old time waited until now: they are not sent.
    assert query("SELECT count(*) FROM mail_outbox WHERE kind = 'booking_reminder'") == [(4,)]
    assert len([mail for mail in delivered() if mail.subject.startswith("Przypomnienie")]) == 2


def test_a_move_postpones_a_due_reminder_even_before_it_is_dispatched(people: People) -> None:
    booked = booked_in(people, 25)
    time_passes(2)
    booked.move(in_hours(50))
    assert remind() == 0
    assert [due("day_before", recipient) / HOUR for recipient in ("student", "tutor")] == [24, 24]
    assert reminders() == ALL


def test_a_change_that_keeps_the_time_repeats_no_reminder(people: People) -> None:
    booked = booked_in(people, 25)
    time_passes(2)
    remind()
    booked.change("rescheduled", from_state="confirmed", old_starts_at=in_hours(23))
    dispatch()
    assert remind() == 0
    assert reminders("queued") == ALL[1:3]


def test_a_mail_about_a_booking_cancelled_meanwhile_is_not_sent(people: People) -> None:
    booked = booked_in(people, 25)
    time_passes(2)
    assert remind() == 2
    booked.cancel()
    assert delivered() == []
