"""Reminders and mails name the deadline that students were promised when they booked."""

import re

import pytest

from tests.support.mailbox import delivered
from tests.support.notifications import dispatch
from tests.support.people import People, query
from tests.support.reminders import ALL, HOUR, booked_in, due, remind, reminders, time_passes


@pytest.mark.parametrize(("current", "sent_before"), [(48, 14), (12, 14), (6, 8)])
def test_the_reminder_is_due_before_the_later_deadline(people: People, current: int, sent_before: int) -> None:
    booked = booked_in(people, 100, cancellation_notice=12)
    query("UPDATE booking_terms SET cancellation_notice = %s", current)
    booked.change("rescheduled", from_state="confirmed", old_starts_at=None)
    dispatch()
    assert due("cancellation_deadline") == sent_before * HOUR


def test_a_reminder_planned_before_the_notice_grew_is_sent_with_the_promised_deadline(people: People) -> None:
    booked = booked_in(people, 16, cancellation_notice=12)
    query("UPDATE booking_terms SET cancellation_notice = 48")
    time_passes(2.5)
    assert remind() == 1
    assert reminders("queued") == ALL[:1]
    [(until,)] = query(
        "SELECT to_char((starts_at - interval '12 hours') AT TIME ZONE 'Europe/Warsaw', 'HH24:MI') FROM bookings"
    )
    [(message,)] = query("SELECT message FROM notifications WHERE user_id = %s", booked.student.id)
    assert until in message
    [mail] = delivered(booked.student.email)
    assert re.search(rf"Odwołać można do: [^\n]*{until}", mail.text)
