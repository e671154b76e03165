"""Users who do not read their messages, and the passing of time."""

from functions.chat.unread_mail_job import handler
from tests.support.people import Person, query

MINUTE, HOUR = 60.0, 3600.0
TIMES = (
    "UPDATE messages SET created_at = created_at - make_interval(secs => %s)",
    "UPDATE conversation_members SET mailed_at = mailed_at - make_interval(secs => %s)",
    "UPDATE conversation_members SET mail_due_at = mail_due_at - make_interval(secs => %s)",
    "UPDATE job_progress SET done_until = done_until - make_interval(secs => %s)",
    "UPDATE mail_outbox SET due_at = due_at - make_interval(secs => %s)",
)


def look() -> int:
    """Run the function once; returns how many mails it queued."""
    queued: int = handler({}, None)["queued"]
    return queued


def time_passes(seconds: float) -> None:
    """Let time pass: move all past events further back."""
    for statement in TIMES:
        query(statement, seconds)


def looks_after(seconds: float) -> int:
    """Run the function now, and again after some time."""
    before = look()
    time_passes(seconds)
    return before + look()


def has_read(person: Person, seq: int) -> None:
    query("UPDATE conversation_members SET read_seq = %s WHERE user_id = %s", seq, person.id)
