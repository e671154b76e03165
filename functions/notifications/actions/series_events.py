"""What is done to several sessions of a weekly series at once is one notification and one email to each side."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from functions.notifications.actions.booking_mails import mails_of, seconds_to_wait, told_by_series_mails
from functions.notifications.data import booking_changes
from functions.notifications.domain.recipients import EMAIL_RECIPIENTS, NOTIFICATION_RECIPIENTS, people
from shared.data.bookings import Booking, BookingChange, find_bookings
from shared.domain.booking_events import event_type
from shared.domain.notifications import NotificationDraft
from shared.domain.outbox import Mail, queue_mails
from shared.domain.platform_settings import platform_settings
from shared.domain.series_texts import SeriesTexts
from shared.domain.timestamps import format_time
from shared.kit.db.pool import PooledConnection

# The changes that were made together and the bookings they changed, in order of time.
SeriesEvent = Sequence[tuple[BookingChange, Booking]]


def find_series_events(db: PooledConnection, changes: Iterable[BookingChange]) -> list[SeriesEvent]:
    """Those of which one of these changes is the first: the others are part of it, and say nothing themselves."""
    first_ids = [change.id for change in changes if change.first_of_series_id == change.id]
    if not first_ids:
        return []
    together = booking_changes.list_together(db, first_ids)
    bookings = find_bookings(db, {change.booking_id for change in together})
    events: dict[int | None, list[tuple[BookingChange, Booking]]] = {}
    for change in together:
        events.setdefault(change.first_of_series_id, []).append((change, bookings[change.booking_id]))
    return list(events.values())


def drafts(event: SeriesEvent) -> Iterator[NotificationDraft]:
    change, booking = event[0]
    for role, person in people(booking, NOTIFICATION_RECIPIENTS.get(event_type(change), ())):
        if role != change.actor_role:
            kind, message = f"booking_{event_type(change)}", SeriesTexts(event, role).sentence()
            yield NotificationDraft(str(person.id), kind, message, _data(event), change.id)


def queue_series_mails(db: PooledConnection, events: Iterable[SeriesEvent]) -> list[int]:
    """One mail to each side for each event, unless one that waits will tell of it; returns the ids to send now."""
    due: list[int] = []
    for event in sorted(events, key=_first_change):
        due += _queue_mails(db, event)
    return due


def _first_change(event: SeriesEvent) -> int:
    return min(change.id for change, _booking in event)


def _queue_mails(db: PooledConnection, event: SeriesEvent) -> list[int]:
    change, booking = event[0]
    wait = min(seconds_to_wait(*each) for each in event)
    payload = {"change": change.id, **({"waited": round(wait)} if wait else {})}
    parts = [replace(mail, wait=wait) for each in event for mail in mails_of(*each)]
    told, due = told_by_series_mails(db, parts) if platform_settings().booking_mail_minutes else (set(), [])
    # Who is told of some of them only by a mail that waits needs this one for the others.
    readers = {mail.recipient for mail in parts if (mail.recipient, mail.change) not in told}
    found = people(booking, EMAIL_RECIPIENTS.get(event_type(change), ()))
    mails = [Mail("series_change", person.email, payload, wait=wait) for _role, person in found]
    return due + queue_mails(db, [mail for mail in mails if mail.recipient in readers])


def _data(event: SeriesEvent) -> dict[str, object]:
    """As of one booking, the first; `sessions` are all of them."""
    sessions = [_session(change, booking) for change, booking in event]
    reason = event[0][0].reason
    return {**sessions[0], "sessions": sessions, **({"reason": reason} if reason else {})}


def _session(change: BookingChange, booking: Booking) -> dict[str, object]:
    starts_at = change.starts_at or booking.starts_at
    times = {
        "start_time": starts_at,
        "end_time": starts_at + booking.length,
        "old_start_time": change.old_starts_at,
        "proposed_start_time": change.proposed_starts_at,
        "proposed_end_time": change.proposed_ends_at,
    }
    return {"reservation": booking.id, **{name: format_time(time) for name, time in times.items() if time}}
