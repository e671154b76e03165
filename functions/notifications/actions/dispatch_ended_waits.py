"""Dispatching waits for a seat that ended without an offer: notifications and mails, in one transaction."""

from shared.data.ended_waits import EndedWait, claim_ended_waits
from shared.domain.ended_wait_texts import EndedWaitTexts
from shared.domain.notifications import NotificationDraft, add_notifications, push_notifications
from shared.domain.outbox import Mail, queue_mails, trigger_mailer
from shared.domain.timestamps import format_time
from shared.kit.db.transactions import limit_lock_wait, transaction


def dispatch_next_ended_waits(most: int) -> int:
    """Notify students of the waits that ended, at most `most`; returns their number.

    Raises psycopg.errors.LockNotAvailable while other transactions hold the locks.
    """
    with transaction() as db:
        limit_lock_wait(db)
        ended = claim_ended_waits(db, most)
        if not ended:
            return 0
        told = [each for each in ended if each.is_told]
        added = add_notifications(db, map(_draft, told))
        # Once the session has begun, a mail is of no use.
        queued = queue_mails(db, (_mail(each) for each in told if not each.has_begun))
    push_notifications(added)
    if queued:
        trigger_mailer(*queued)
    return len(ended)


def _draft(wait: EndedWait) -> NotificationDraft:
    data = {
        "waitlist_entry": wait.id,
        "start_time": format_time(wait.starts_at),
        "end_time": format_time(wait.ends_at),
        **({"tutor": wait.tutor_id} if wait.tutor_id else {}),
    }
    return NotificationDraft(str(wait.student_id), f"waitlist_{wait.state}", EndedWaitTexts(wait).sentence, data)


def _mail(wait: EndedWait) -> Mail:
    return Mail("waitlist_ended", wait.email, {"waitlist_entry": wait.id})
