"""Sending the reminders that are due."""

from typing import NamedTuple

from functions.reminders import repository
from functions.reminders.repository import Reminder
from shared.data.bookings import Booking, find_bookings
from shared.data.reminders import plan_reminders
from shared.domain.booking_events import Person, find_person
from shared.domain.booking_texts import BookingTexts
from shared.domain.notifications import NotificationDraft, add_notifications, push_notifications
from shared.domain.outbox import Mail, queue_mails, trigger_mailer
from shared.domain.timestamps import format_time
from shared.kit.db.transactions import limit_lock_wait, transaction

BATCH = 100


class Reminded(NamedTuple):
    """How many reminders were due, and how many of them were sent."""

    due: int
    sent: int


def remind_next() -> Reminded:
    """Queue the mails and write the notifications of due reminders, all or none.

    Raises psycopg.errors.LockNotAvailable while other transactions hold the locks.
    """
    with transaction() as db:
        limit_lock_wait(db)
        due = repository.claim_due(db, BATCH)
        if not due:
            return Reminded(0, 0)
        # The booking's current state decides: one that was just moved or cancelled gets no reminder for its old time.
        plan_reminders(db, {reminder.booking_id for reminder in due})
        reminders = repository.queue_or_drop(db, [reminder.id for reminder in due])
        bookings = find_bookings(db, {reminder.booking_id for reminder in reminders})
        sent = [
            (reminder, bookings[reminder.booking_id], person)
            for reminder in reminders
            if (person := find_person(bookings[reminder.booking_id], reminder.recipient))
        ]
        added = add_notifications(db, [_draft(*each) for each in sent])
        queued = queue_mails(db, [_mail(reminder, person) for reminder, _booking, person in sent])
    push_notifications(added)
    if queued:
        trigger_mailer(*queued)
    return Reminded(len(due), len(sent))


def _mail(reminder: Reminder, to: Person) -> Mail:
    payload = {"reminder": reminder.id, "due": int(reminder.due_at.timestamp())}
    return Mail("booking_reminder", to.email, payload, once=True)


def _draft(reminder: Reminder, booking: Booking, to: Person) -> NotificationDraft:
    words = BookingTexts(booking, reminder.recipient)
    headline, when = words.say(f"headline.{reminder.kind}"), words.moment(booking.starts_at)
    message = f"{headline}: {words.counterpart}, {when} ({words.description})."
    if reminder.kind == "cancellation_deadline":
        message += f" {words.say('cancel_until', moment=words.moment(booking.cancellable_until))}"
    data = {
        "reservation": booking.id,
        "start_time": format_time(booking.starts_at),
        "end_time": format_time(booking.ends_at),
    }
    return NotificationDraft(str(to.id), f"reminder_{reminder.kind}", message, data)
