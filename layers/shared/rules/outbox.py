"""The mail outbox: a mail is one row in the transaction of what it tells of."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from shared.kit.database import PooledConnection
from shared.kit.json_text import json_text
from shared.kit.log import logger
from shared.kit.settings import settings

Kind = Literal["confirm_email", "reset_password", "booking_change", "booking_reminder"]
# Entries a call of SendMessageBatch takes.
BATCH = 10


@dataclass(frozen=True)
class Mail:
    """A mail to be written when it is sent: `payload` says what it tells of, and holds no secret.

    `once`: rather not at all than twice.
    """

    kind: Kind
    recipient: str
    payload: dict[str, int]
    once: bool = False


def queue_mail(db: PooledConnection, kind: Kind, recipient: str) -> int:
    """Write the outbox row; returns its id. After the commit call `wake_mailer`, or it waits for the next sweep."""
    [mail_id] = queue_mails(db, [Mail(kind, recipient, {})])
    return mail_id


QUEUE = """
INSERT INTO outbox (kind, recipient, payload, once)
SELECT kind, recipient, payload, once
FROM jsonb_to_recordset(%s::jsonb) AS mail (kind text, recipient text, payload jsonb, once boolean)
RETURNING id
"""


def queue_mails(db: PooledConnection, mails: Iterable[Mail]) -> list[int]:
    """Several rows in one statement; returns their ids, as `queue_mail`."""
    rows = db.execute(QUEUE, (json_text([asdict(mail) for mail in mails]),)).fetchall()
    return [row[0] for row in rows]


class _Installed:
    wake: Callable[[], None] | None = None


def install_waker(wake: Callable[[], None]) -> None:
    """How this process wakes the mailer, where there is no queue."""
    _Installed.wake = wake


def wake_mailer(*mail_ids: int) -> None:
    """Have these mails sent now, or without any whatever is due.

    Best effort: a mail nobody was woken for goes out with the next sweep.
    """
    if _Installed.wake:
        _Installed.wake()
    elif queue := settings().mail_queue_url:
        _send_to_queue(queue, [{"mail_id": each} for each in mail_ids] or [{}])


def _send_to_queue(queue: str, bodies: list[dict[str, int]]) -> None:
    """One message a mail, so that one that fails is tried again alone."""
    from shared.kit.aws_calls import SQS, CallFailed, call

    entries = [{"Id": str(number), "MessageBody": json_text(body)} for number, body in enumerate(bodies)]
    try:
        for start in range(0, len(entries), BATCH):
            answer = call(SQS, "SendMessageBatch", {"QueueUrl": queue, "Entries": entries[start : start + BATCH]})
            if failed := answer.get("Failed"):
                logger().warning("mailer not woken", extra={"refused": len(failed), "error": failed[0].get("Code")})
    except CallFailed as failure:
        logger().warning("mailer not woken", extra={"error": str(failure)})
