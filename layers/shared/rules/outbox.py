"""The mail outbox: a mail is one row in the transaction of what it tells of."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from shared.kit.database import PooledConnection
from shared.kit.json_text import json_text

Kind = Literal["confirm_email", "reset_password", "booking_change", "booking_reminder"]


@dataclass(frozen=True)
class Mail:
    """A mail to be written when it is sent: `payload` says what it tells of, and holds no secret.

    `once`: rather not at all than twice.
    """

    kind: Kind
    recipient: str
    payload: dict[str, int]
    once: bool = False


def queue_mail(db: PooledConnection, kind: Kind, recipient: str) -> None:
    """Write the outbox row. After the commit call `wake_mailer`, so that it does not wait for the next sweep."""
    queue_mails(db, [Mail(kind, recipient, {})])


QUEUE = """
INSERT INTO outbox (kind, recipient, payload, once)
SELECT kind, recipient, payload, once
FROM jsonb_to_recordset(%s::jsonb) AS mail (kind text, recipient text, payload jsonb, once boolean)
"""


def queue_mails(db: PooledConnection, mails: Iterable[Mail]) -> None:
    """Several rows in one statement; as `queue_mail`."""
    db.execute(QUEUE, (json_text([asdict(mail) for mail in mails]),))


class _Installed:
    wake: Callable[[], None] | None = None


def install_waker(wake: Callable[[], None]) -> None:
    """How this process wakes the mailer."""
    _Installed.wake = wake


def wake_mailer() -> None:
    """Best effort: a mail nobody was woken for goes out with the next sweep."""
    if _Installed.wake:
        _Installed.wake()
