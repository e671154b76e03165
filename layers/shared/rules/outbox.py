"""The mail outbox: a mail is one row in the transaction of what it tells of."""

from collections.abc import Callable
from typing import Literal

from shared.kit.database import PooledConnection

Kind = Literal["confirm_email", "reset_password"]


def queue_mail(db: PooledConnection, kind: Kind, recipient: str) -> None:
    """Write the outbox row. After the commit call `wake_mailer`, so that it does not wait for the next sweep."""
    db.execute("INSERT INTO outbox (kind, recipient) VALUES (%s, %s)", (kind, recipient))


class _Installed:
    wake: Callable[[], None] | None = None


def install_waker(wake: Callable[[], None]) -> None:
    """How this process wakes the mailer."""
    _Installed.wake = wake


def wake_mailer() -> None:
    """Best effort: a mail nobody was woken for goes out with the next sweep."""
    if _Installed.wake:
        _Installed.wake()
