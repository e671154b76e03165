"""Queueing mails about bookings: they wait a little, so that what happens meanwhile is told in one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from functions.notifications.domain.recipients import EMAIL_RECIPIENTS, people
from shared.data.bookings import Booking, BookingChange
from shared.domain.booking_events import event_type
from shared.domain.outbox import BookingMail, Mail, fold_mails, queue_mails
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection

# What is decided sooner than this is mailed at once.
SOON = timedelta(hours=1)


def queue_booking_mails(db: PooledConnection, changes: Iterable[tuple[BookingChange, Booking]]) -> list[int]:
    """The mails about these changes, in their order; returns the ids of those to send now."""
    mails = [mail for change, booking in changes for mail in _mails(change, booking)]
    if not platform_settings().booking_mail_minutes:
        return queue_mails(db, [Mail("booking_change", mail.recipient, {"change": mail.change}) for mail in mails])
    folded: dict[tuple[str, int], BookingMail] = {}
    for mail in mails:
        before = folded.get((mail.recipient, mail.booking), mail)
        wait = min(before.wait, mail.wait)
        folded[mail.recipient, mail.booking] = replace(before, change=mail.change, wait=wait)
    return fold_mails(db, folded.values())


def _mails(change: BookingChange, booking: Booking) -> list[BookingMail]:
    found = people(booking, EMAIL_RECIPIENTS.get(event_type(change), ()))
    wait = seconds_to_wait(change, booking)
    return [BookingMail(person.email, booking.id, change.id, change.id, wait) for _role, person in found]


def seconds_to_wait(change: BookingChange, booking: Booking) -> float:
    """How long a mail waits; not at all where the session begins soon, or was to, or somebody has to answer soon."""
    times = booking.starts_at, change.old_starts_at, change.proposed_starts_at, _answer_by(change, booking)
    is_urgent = any(moment is not None and moment < datetime.now(UTC) + SOON for moment in times)
    return 0.0 if is_urgent else 60.0 * platform_settings().booking_mail_minutes


def _answer_by(change: BookingChange, booking: Booking) -> datetime | None:
    return booking.proposal_expires_at if event_type(change) == "move_proposed" else booking.expires_at
