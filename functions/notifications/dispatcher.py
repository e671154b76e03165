"""Who is told what of a booking's change: notifications, mails and reminders, in one transaction."""

from collections.abc import Iterator

from functions.notifications import repository
from shared.data.bookings import Booking, BookingChange, Role, find_bookings
from shared.data.reminders import plan_reminders
from shared.domain.booking_events import BookingEventType, Person, UnknownChange, event_type, find_person
from shared.domain.booking_texts import sentence
from shared.domain.notifications import NotificationDraft, add_notifications, push_notifications
from shared.domain.outbox import Mail, queue_mails, trigger_mailer
from shared.domain.timestamps import format_time
from shared.kit.db.transactions import limit_lock_wait, transaction
from shared.kit.observability.log import logger

BATCH = 100
STUDENT: tuple[Role, ...] = ("student",)
TUTOR: tuple[Role, ...] = ("tutor",)
BOTH: tuple[Role, ...] = ("student", "tutor")

# Whoever did it needs no notification of it.
NOTIFIED: dict[BookingEventType, tuple[Role, ...]] = {
    "requested": TUTOR,
    "booked": BOTH,
    "confirmed": BOTH,
    "declined": STUDENT,
    "withdrawn": TUTOR,
    "cancelled": BOTH,
    "expired": BOTH,
    "offered": STUDENT,
    "offer_expired": STUDENT,
    "rescheduled": BOTH,
    "completed": STUDENT,
    "no_show": STUDENT,
}
# But a mail that brings the entry of the own calendar.
MAILED: dict[BookingEventType, tuple[Role, ...]] = {
    "requested": TUTOR,
    "booked": BOTH,
    "confirmed": BOTH,
    "declined": STUDENT,
    "withdrawn": TUTOR,
    "cancelled": BOTH,
    "expired": STUDENT,
    "offered": STUDENT,
    "offer_expired": STUDENT,
    "rescheduled": BOTH,
}


def dispatch_next() -> int:
    """Tell the people concerned of the changes that wait longest; returns how many changes these were.

    Raises psycopg.errors.LockNotAvailable while others hold them.
    """
    with transaction() as db:
        limit_lock_wait(db)
        changes = repository.claim_undispatched(db, BATCH)
        if not changes:
            return 0
        bookings = find_bookings(db, {change.booking_id for change in changes})
        told = [(change, bookings[change.booking_id]) for change in changes if _is_known(change)]
        added = add_notifications(db, [each for change, booking in told for each in _news(change, booking)])
        queued = queue_mails(db, [each for change, booking in told for each in _mails(change, booking)])
        plan_reminders(db, bookings)
        repository.mark_dispatched(db, [change.id for change in changes])
    push_notifications(added)
    if queued:
        trigger_mailer(*queued)
    return len(changes)


def _is_known(change: BookingChange) -> bool:
    """One that nobody can tell must not hold up all others."""
    try:
        return bool(event_type(change))
    except UnknownChange:
        logger().error("unknown kind of change", extra={"change_id": change.id, "kind": change.kind})
        return False


def _news(change: BookingChange, booking: Booking) -> Iterator[NotificationDraft]:
    for role, person in _people(booking, NOTIFIED.get(event_type(change), ())):
        if role != change.actor_role:
            kind = f"booking_{event_type(change)}"
            yield NotificationDraft(
                str(person.id), kind, sentence(change, booking, role), _data(change, booking), change.id
            )


def _data(change: BookingChange, booking: Booking) -> dict[str, object]:
    starts_at = change.starts_at or booking.starts_at
    data: dict[str, object] = {
        "reservation": booking.id,
        "start_time": format_time(starts_at),
        "end_time": format_time(starts_at + booking.length),
    }
    if change.old_starts_at:
        data["old_start_time"] = format_time(change.old_starts_at)
    return {**data, "reason": change.reason} if change.reason else data


def _mails(change: BookingChange, booking: Booking) -> Iterator[Mail]:
    for _role, person in _people(booking, MAILED.get(event_type(change), ())):
        yield Mail("booking_change", person.email, {"change": change.id})


def _people(booking: Booking, roles: tuple[Role, ...]) -> Iterator[tuple[Role, Person]]:
    """Those who still have an account."""
    for role in roles:
        if person := find_person(booking, role):
            yield role, person
