"""Queueing mails about bookings: they wait a little, so that further changes are folded into one mail."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from functions.notifications.domain.recipients import BOTH, EMAIL_RECIPIENTS, is_told_of_group, people
from shared.data.bookings import Booking, BookingChange, Role
from shared.domain.booking_events import event_type
from shared.domain.outbox import (
    BookingMail,
    Mail,
    find_unheard_changes,
    find_untold_changes,
    find_waiting_series_mails,
    fold_mails,
    queue_mails,
)
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection

# Decisions made sooner than this are mailed at once.
SOON = timedelta(hours=1)


def queue_booking_mails(db: PooledConnection, changes: Iterable[tuple[BookingChange, Booking]]) -> list[int]:
    """Queue the mails about these changes, in order; returns the ids of those to send now."""
    mails = [mail for change, booking in changes for mail in mails_of(change, booking)]
    if not platform_settings().booking_mail_minutes:
        mails = [mail for mail in mails if not mail.only_waiting]
        return queue_mails(db, [Mail("booking_change", mail.recipient, {"change": mail.change}) for mail in mails])
    told, due = told_by_series_mails(db, mails)
    untold = find_untold(db, mails)
    folded: dict[tuple[str, int], BookingMail] = {}
    for mail in mails:
        if (mail.recipient, mail.change) not in told:
            before = folded.get((mail.recipient, mail.booking), mail)
            folded[mail.recipient, mail.booking] = replace(
                before,
                since=untold.get((mail.recipient, mail.booking), before.since),
                change=mail.change,
                wait=min(before.wait, mail.wait),
                only_waiting=before.only_waiting and mail.only_waiting,
            )
    return due + fold_mails(db, folded.values())


def mails_of(change: BookingChange, booking: Booking, roles: Collection[Role] = BOTH) -> list[BookingMail]:
    """The mails about a change, one to each recipient.

    A tutor who gets a mail about the whole group needs no mail of their own; a mail already waiting is updated instead.
    """
    return [
        BookingMail(
            recipient=person.email,
            booking=booking.id,
            since=change.id,
            change=change.id,
            wait=seconds_to_wait(change, booking),
            ends=change.to_state in {"cancelled", "expired"},
            is_of_its_own=_is_of_its_own(change, role),
            is_about_time=change.kind == "rescheduled" or change.kind.startswith("move_"),
            only_waiting=is_told_of_group(role, change),
        )
        for role, person in people(booking, EMAIL_RECIPIENTS.get(event_type(change), ()))
        if role in roles
    ]


def find_untold(db: PooledConnection, mails: Iterable[BookingMail]) -> Mapping[tuple[str, int], int]:
    """The first earlier change of a booking's time that a recipient has not been mailed about, if any."""
    about_time = [mail for mail in mails if mail.is_about_time and platform_settings().booking_mail_minutes]
    return {(each.recipient, each.booking): each.since for each in find_untold_changes(db, about_time)}


def told_by_series_mails(db: PooledConnection, mails: Iterable[BookingMail]) -> tuple[set[tuple[str, int]], list[int]]:
    """The recipients and changes that waiting mails about a new series cover, and the ids of such mails to send now."""
    waiting = find_waiting_series_mails(db, [mail for mail in mails if not mail.is_of_its_own])
    return {(each.recipient, each.change) for each in waiting}, sorted({each.id for each in waiting if each.is_due})


def find_unheard(db: PooledConnection, mails: Iterable[BookingMail]) -> set[tuple[str, int]]:
    """The recipients and changes that end a group's seats of which their tutor has not heard: nothing to tell."""
    ended = [mail for mail in mails if mail.only_waiting and mail.ends]
    return {(each.recipient, each.change) for each in find_unheard_changes(db, ended)}


def _is_of_its_own(change: BookingChange, role: Role) -> bool:
    """Whether a change needs its own mail: the mail about a new series says only that it is booked, and when."""
    if change.to_state in {"cancelled", "expired"}:
        return role == "student" and change.actor_role != "student"
    is_about_proposal = role == "student" and change.kind.startswith("move_")
    return is_about_proposal or change.kind in {"requested", "offered", "confirmed"}


def seconds_to_wait(change: BookingChange, booking: Booking) -> float:
    """How long a mail waits: 0 if the session's old, new or proposed time or a deadline to respond is near."""
    times = booking.starts_at, change.old_starts_at, change.proposed_starts_at, _answer_by(change, booking)
    is_urgent = any(moment is not None and moment < datetime.now(UTC) + SOON for moment in times)
    return 0.0 if is_urgent else 60.0 * platform_settings().booking_mail_minutes


def _answer_by(change: BookingChange, booking: Booking) -> datetime | None:
    return booking.proposal_expires_at if event_type(change) == "move_proposed" else booking.expires_at
