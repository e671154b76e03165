"""Who is told what of a booking's change: notifications, mails and reminders, in one transaction."""

from collections.abc import Iterator

from functions.notifications import repository
from shared.kit.log import logger
from shared.kit.transactions import give_way, transaction
from shared.rules.booking_facts import Booking, Change, Person, Role, Story, UnknownChange, find_bookings
from shared.rules.notifications import News, add_notifications, push_notifications
from shared.rules.outbox import Mail, queue_mails, wake_mailer
from shared.rules.reminders import plan_reminders
from shared.rules.timestamps import wire_time
from shared.rules.wording import sentence

BATCH = 100
STUDENT: tuple[Role, ...] = ("student",)
TUTOR: tuple[Role, ...] = ("tutor",)
BOTH: tuple[Role, ...] = ("student", "tutor")

# Whoever did it needs no notification of it.
NOTIFIED: dict[Story, tuple[Role, ...]] = {
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
MAILED: dict[Story, tuple[Role, ...]] = {
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


def tell_next() -> int:
    """Tell the people concerned of the changes that wait longest; returns how many changes these were.

    Raises psycopg.errors.LockNotAvailable while others hold them.
    """
    with transaction() as db:
        give_way(db)
        changes = repository.claim_untold(db, BATCH)
        if not changes:
            return 0
        bookings = find_bookings(db, {change.booking_id for change in changes})
        told = [(change, bookings[change.booking_id]) for change in changes if _is_known(change)]
        added = add_notifications(db, [each for change, booking in told for each in _news(change, booking)])
        queued = queue_mails(db, [each for change, booking in told for each in _mails(change, booking)])
        plan_reminders(db, bookings)
        repository.mark_told(db, [change.id for change in changes])
    push_notifications(added)
    if queued:
        wake_mailer(*queued)
    return len(changes)


def _is_known(change: Change) -> bool:
    """One that nobody can tell must not hold up all others."""
    try:
        return bool(change.story)
    except UnknownChange:
        logger().error("unknown kind of change", extra={"change_id": change.id, "kind": change.kind})
        return False


def _news(change: Change, booking: Booking) -> Iterator[News]:
    for role, person in _people(booking, NOTIFIED.get(change.story, ())):
        if role != change.actor_role:
            kind = f"booking_{change.story}"
            yield News(str(person.id), kind, sentence(change, booking, role), _data(change, booking), change.id)


def _data(change: Change, booking: Booking) -> dict[str, object]:
    starts_at = change.starts_at or booking.starts_at
    data: dict[str, object] = {
        "reservation": booking.id,
        "start_time": wire_time(starts_at),
        "end_time": wire_time(starts_at + booking.length),
    }
    if change.old_starts_at:
        data["old_start_time"] = wire_time(change.old_starts_at)
    return {**data, "reason": change.reason} if change.reason else data


def _mails(change: Change, booking: Booking) -> Iterator[Mail]:
    for _role, person in _people(booking, MAILED.get(change.story, ())):
        yield Mail("booking_change", person.email, {"change": change.id})


def _people(booking: Booking, roles: tuple[Role, ...]) -> Iterator[tuple[Role, Person]]:
    """Those who still have an account."""
    for role in roles:
        if person := booking.person(role):
            yield role, person
