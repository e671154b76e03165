"""Telling people who are away about unread messages: by push message, and later by one mail per conversation."""

from functions.chat.data import unread_mails, unread_pushes
from shared.domain.outbox import Mail, queue_mails, trigger_mailer
from shared.domain.push_outbox import trigger_push
from shared.kit.db.transactions import limit_lock_wait, transaction

# Seconds for which a message must be unread before a mail, and between two mails about a conversation.
WAIT = 5 * 60.0
PAUSE = 24 * 3600.0
BATCH = 100


def plan_next() -> bool:
    """Push to recipients of messages since the last run, and plan when to check them; returns whether there are more.

    Raises psycopg.errors.LockNotAvailable while another run holds the lock.
    """
    with transaction() as db:
        limit_lock_wait(db)
        span = unread_mails.next_span(db)
        pushed = unread_pushes.queue(db, span)
        unread_mails.plan(db, span, wait=WAIT, pause=PAUSE)
        unread_mails.end_span(db, span)
    if pushed:
        trigger_push()
    return (span.until - span.since).total_seconds() >= 3600.0


def queue_next() -> tuple[int, int]:
    """Check the due members; returns their number, and how many of them get a mail.

    Decision and mail are one transaction: a worker that dies in between leaves nothing half done.
    """
    with transaction() as db:
        limit_lock_wait(db)
        judged = unread_mails.judge(db, BATCH, wait=WAIT, pause=PAUSE)
        mails = [_mail(each) for each in judged if each.is_mailed]
        queued = queue_mails(db, mails)
    if queued:
        trigger_mailer(*queued)
    return len(judged), len(mails)


def _mail(about: unread_mails.Judged) -> Mail:
    return Mail("unread_messages", about.email, {"conversation": about.conversation_id.int}, once=True)
