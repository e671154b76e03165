"""Dispatching events other than changes of bookings: notifications and mails, in one transaction."""

from collections.abc import Iterator, Sequence

from functions.notifications.data import events as data
from functions.notifications.data.events import Addressed
from shared.data.notification_events import EventKind
from shared.domain.notifications import NotificationDraft, add_notifications, push_notifications
from shared.domain.outbox import Kind, Mail, queue_mails, trigger_mailer
from shared.domain.review_texts import name_for_others, review_sentence
from shared.kit.db.transactions import limit_lock_wait, transaction

MAILS: dict[EventKind, Kind] = {
    "review_added": "review_added",
    "review_replied": "review_replied",
    "review_hidden": "review_hidden",
    "review_reported": "staff_report",
    "report_filed": "staff_report",
}


def dispatch_next_events(most: int) -> int:
    """Notify users of the oldest waiting events, at most `most`; returns their number.

    Raises psycopg.errors.LockNotAvailable while other transactions hold the locks.
    """
    with transaction() as db:
        limit_lock_wait(db)
        events = data.claim(db, most)
        if not events:
            return 0
        addressed = data.list_addressed(db, [event.id for event in events])
        added = add_notifications(db, [_draft(each) for each in addressed])
        staff = [each.email for each in addressed if MAILS[each.kind] == "staff_report"]
        told = set(data.list_mailed_staff(db, staff)) if staff else set()
        queued = queue_mails(db, _mails(addressed, told))
        data.delete_old(db)
    push_notifications(added)
    if queued:
        trigger_mailer(*queued)
    return len(events)


def _draft(to: Addressed) -> NotificationDraft:
    name = name_for_others(to.first_name, to.last_name, to.language)
    about = {"review": to.rating_id, "tutor": to.tutor_id} if to.rating_id else {}
    return NotificationDraft(str(to.user_id), to.kind, review_sentence(to.kind, name, to.stars, to.language), about)


def _mails(addressed: Sequence[Addressed], told: set[str]) -> Iterator[Mail]:
    """One mail per recipient; staff get at most one an hour, because they then look at all reports."""
    told = set(told)
    for each in addressed:
        kind = MAILS[each.kind]
        if kind != "staff_report":
            yield Mail(kind, each.email, {"review": each.rating_id})
        elif each.email not in told:
            told.add(each.email)
            yield Mail(kind, each.email, {})
