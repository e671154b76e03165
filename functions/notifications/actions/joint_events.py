"""A joint event on several bookings becomes one notification and one email per person concerned.

Events of a weekly series go to both sides, events of a whole group to its tutor.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from functions.notifications.actions.booking_mails import (
    find_unheard,
    find_untold,
    mails_of,
    seconds_to_wait,
    told_by_series_mails,
)
from functions.notifications.data import booking_changes
from functions.notifications.domain.recipients import (
    BOTH,
    EMAIL_RECIPIENTS,
    NOTIFICATION_RECIPIENTS,
    is_told_of_group,
    people,
)
from shared.data.bookings import Booking, BookingChange, Role, find_bookings
from shared.domain.booking_events import BookingEventType, Person, joint_event_type
from shared.domain.notifications import NotificationDraft
from shared.domain.outbox import BookingMail, Mail, queue_mails
from shared.domain.platform_settings import platform_settings
from shared.domain.series_texts import SeriesTexts
from shared.domain.timestamps import format_time
from shared.kit.db.pool import PooledConnection

Recipients = dict[BookingEventType, tuple[Role, ...]]


@dataclass(frozen=True)
class JointEvent:
    """The changes that were made together and their bookings, by start time."""

    kind: Literal["series_change", "group_change"]
    sessions: Sequence[tuple[BookingChange, Booking]]

    def told(self, recipients: Recipients) -> Iterator[tuple[Role, Person, Sequence[tuple[BookingChange, Booking]]]]:
        """Who is told, and about which sessions; tutors hear of a group as such, whatever series it belongs to."""
        as_group = self.kind == "group_change"
        for role, person in people(self.sessions[0][1], BOTH):
            sessions = [each for each in self.sessions if is_told_of_group(role, each[0]) == as_group]
            if sessions and role in recipients.get(joint_event_type(change for change, _booking in sessions), ()):
                yield role, person, sessions


def find_joint_events(db: PooledConnection, changes: Sequence[BookingChange]) -> list[JointEvent]:
    """The joint events that start with one of these changes; their other changes send nothing of their own."""
    series = [change.id for change in changes if change.first_of_series_id == change.id]
    groups = [change.id for change in changes if change.first_of_group_id == change.id]
    found = booking_changes.list_of_series(db, series) if series else []
    events = _events(db, "series_change", found, lambda change: change.first_of_series_id)
    found = booking_changes.list_of_groups(db, groups) if groups else []
    return events + _events(db, "group_change", found, lambda change: change.first_of_group_id)


def _events(
    db: PooledConnection,
    kind: Literal["series_change", "group_change"],
    changes: Iterable[BookingChange],
    first_of: Callable[[BookingChange], int | None],
) -> list[JointEvent]:
    together: dict[int | None, list[BookingChange]] = {}
    for change in changes:
        together.setdefault(first_of(change), []).append(change)
    if not together:
        return []
    bookings = find_bookings(db, {change.booking_id for each in together.values() for change in each})
    return [JointEvent(kind, [(change, bookings[change.booking_id]) for change in each]) for each in together.values()]


def drafts(event: JointEvent) -> Iterator[NotificationDraft]:
    for role, person, sessions in event.told(NOTIFICATION_RECIPIENTS):
        change = sessions[0][0]
        if role != change.actor_role:
            series = SeriesTexts(sessions, role)
            yield NotificationDraft(
                str(person.id), f"booking_{series.event}", series.sentence(), _data(series), change.id
            )


def queue_joint_mails(db: PooledConnection, events: Iterable[JointEvent]) -> list[int]:
    """Queue one mail per side and event, unless a waiting mail covers it; returns the ids to send now."""
    due: list[int] = []
    for event in sorted(events, key=_first_change):
        due += _queue_mails(db, event)
    return due


def _first_change(event: JointEvent) -> int:
    return min(change.id for change, _booking in event.sessions)


def _queue_mails(db: PooledConnection, event: JointEvent) -> list[int]:
    due, mails = [], []
    for role, person, sessions in event.told(EMAIL_RECIPIENTS):
        wait = min(seconds_to_wait(*each) for each in sessions)
        parts = [replace(mail, wait=wait) for each in sessions for mail in mails_of(*each, roles=(role,))]
        told, now = _told_without(db, parts) if platform_settings().booking_mail_minutes else (set(), [])
        due += now
        # A recipient whose waiting mail covers only some of the sessions needs this mail for the others.
        if any((mail.recipient, mail.change) not in told for mail in parts):
            since = min(find_untold(db, parts).values(), default=None)
            payload = {
                "change": _first_change(event),
                **({"waited": round(wait)} if wait else {}),
                **({"since": since} if since else {}),
            }
            mails.append(Mail(event.kind, person.email, payload, wait=wait))
    return due + queue_mails(db, mails)


def _told_without(db: PooledConnection, parts: Iterable[BookingMail]) -> tuple[set[tuple[str, int]], list[int]]:
    """The recipients and changes that need no joint mail, and the ids of waiting mails to send now."""
    told, due = told_by_series_mails(db, parts)
    return told | find_unheard(db, parts), due


def _data(series: SeriesTexts) -> dict[str, object]:
    """The data of the first booking, plus all `sessions`."""
    told = [_session(change, booking) for change, booking in series.sessions]
    reason = series.words.reason(series.first[0])
    return {**told[0], "sessions": told, **({"reason": reason} if reason else {})}


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
