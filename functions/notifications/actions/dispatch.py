"""Dispatching changes of bookings: notifications, emails and reminders, in one transaction."""

from collections.abc import Iterator

from functions.notifications.actions import joint_events
from functions.notifications.actions.booking_mails import queue_booking_mails
from functions.notifications.data import booking_changes
from functions.notifications.domain.recipients import NOTIFICATION_RECIPIENTS, is_told_of_group, people
from shared.data.bookings import Booking, BookingChange, find_bookings
from shared.data.reminders import plan_reminders
from shared.domain.booking_events import UnknownChange, event_type
from shared.domain.booking_texts import BookingTexts
from shared.domain.notifications import NotificationDraft, add_notifications, push_notifications
from shared.domain.outbox import trigger_mailer
from shared.domain.timestamps import format_time
from shared.kit.db.transactions import limit_lock_wait, transaction
from shared.kit.observability.log import logger


def dispatch_next(most: int) -> int:
    """Dispatch the oldest waiting changes, at most `most`; returns their number.

    Raises psycopg.errors.LockNotAvailable while other transactions hold the locks.
    """
    with transaction() as db:
        limit_lock_wait(db)
        changes = booking_changes.claim_undispatched(db, most)
        if not changes:
            return 0
        bookings = find_bookings(db, {change.booking_id for change in changes})
        known = [change for change in changes if _is_known(change)]
        events = joint_events.find_joint_events(db, known)
        single = [(change, bookings[change.booking_id]) for change in known if change.first_of_series_id is None]
        drafts = [draft for change, booking in single for draft in _drafts(change, booking)]
        added = add_notifications(db, drafts + [draft for event in events for draft in joint_events.drafts(event)])
        # Events about new series come first: they may include changes of single sessions.
        due = joint_events.queue_joint_mails(db, events)
        due += queue_booking_mails(db, single)
        plan_reminders(db, bookings)
        booking_changes.mark_dispatched(db, [change.id for change in changes])
    push_notifications(added)
    if due:
        trigger_mailer(*due)
    return len(changes)


def _is_known(change: BookingChange) -> bool:
    """Whether the change's kind is known: a change of an unknown kind must not hold up all others."""
    try:
        return bool(event_type(change))
    except UnknownChange:
        logger().error("unknown kind of change", extra={"change_id": change.id, "kind": change.kind})
        return False


def _drafts(change: BookingChange, booking: Booking) -> Iterator[NotificationDraft]:
    for role, person in people(booking, NOTIFICATION_RECIPIENTS.get(event_type(change), ())):
        if role != change.actor_role and not is_told_of_group(role, change):
            kind, words = f"booking_{event_type(change)}", BookingTexts(booking, role)
            yield NotificationDraft(str(person.id), kind, words.sentence(change), _data(change, words), change.id)


def _data(change: BookingChange, words: BookingTexts) -> dict[str, object]:
    booking = words.booking
    starts_at = change.starts_at or booking.starts_at
    data: dict[str, object] = {
        "reservation": booking.id,
        "start_time": format_time(starts_at),
        "end_time": format_time(starts_at + booking.length),
    }
    if change.old_starts_at:
        data["old_start_time"] = format_time(change.old_starts_at)
    if change.proposed_starts_at and change.proposed_ends_at:
        data["proposed_start_time"] = format_time(change.proposed_starts_at)
        data["proposed_end_time"] = format_time(change.proposed_ends_at)
    return {**data, "reason": words.reason(change)} if change.reason else data
