"""The mail outbox: a mail is one row, stored in the transaction of the event it reports."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from shared.data.outbox import (
    FIND_UNHEARD_CHANGES,
    FIND_UNTOLD_CHANGES,
    FIND_WAITING_SERIES_MAILS,
    FOLD_MAILS,
    QUEUE_MAILS,
    UnheardChange,
    UntoldChange,
    WaitingMail,
)
from shared.kit.aws.triggers import Trigger
from shared.kit.db.pool import PooledConnection
from shared.kit.json import json_text
from shared.kit.settings import settings

Kind = Literal[
    "confirm_email",
    "reset_password",
    "password_changed",
    "new_device",
    "identity_linked",
    "authenticator_app_added",
    "passkey_added",
    "passkey_removed",
    "second_factor_turned_off",
    "recovery_codes_replaced",
    "recovery_code_used",
    "confirm_email_change",
    "email_change_requested",
    "email_changed",
    "email_change_revoked",
    "account_suspended",
    "suspension_lifted",
    "tutor_incomplete",
    "booking_change",
    "series_change",
    "group_change",
    "booking_reminder",
    "waitlist_ended",
    "unread_messages",
    "review_added",
    "review_replied",
    "review_hidden",
    "staff_report",
]


@dataclass(frozen=True)
class Mail:
    """A mail to write when it is sent: `payload` says what it is about, and never contains a secret.

    `once`: at most once, that is, rather lost than sent twice.
    """

    kind: Kind
    recipient: str
    payload: dict[str, int]
    once: bool = False
    # Seconds it waits before it is sent.
    wait: float = 0


def queue_mail(db: PooledConnection, kind: Kind, recipient: str) -> int:
    """Store one mail; returns its id. After the commit call `trigger_mailer`; otherwise it waits for the next sweep."""
    [mail_id] = queue_mails(db, [Mail(kind, recipient, {})])
    return mail_id


def queue_mails(db: PooledConnection, mails: Iterable[Mail]) -> list[int]:
    """Store several mails in one statement; returns the ids of those that are due now."""
    rows = [asdict(mail) for mail in mails]
    return QUEUE_MAILS.all(db, (json_text(rows),)) if rows else []


@dataclass(frozen=True)
class BookingMail:
    """A mail about a booking's changes, from `since` to the latest one."""

    recipient: str
    booking: int
    since: int
    change: int
    # Seconds it waits for further changes.
    wait: float
    # Whether the booking has ended.
    ends: bool = False
    # Whether no mail about a new series can cover it.
    is_of_its_own: bool = False
    is_about_time: bool = False
    # Whether it is dropped unless a waiting mail can absorb it.
    only_waiting: bool = False


def fold_mails(db: PooledConnection, mails: Iterable[BookingMail]) -> list[int]:
    """Queue mails about bookings, or fold them into waiting ones; returns the ids of those that are due now.

    At most one mail per recipient and booking waits.
    """
    drafts = [
        {
            "recipient": mail.recipient,
            "payload": {"booking": mail.booking, "since": mail.since, "change": mail.change},
            "wait": mail.wait,
            "only_waiting": mail.only_waiting,
        }
        for mail in mails
    ]
    return FOLD_MAILS.all(db, (json_text(drafts),)) if drafts else []


def find_waiting_series_mails(db: PooledConnection, mails: Iterable[BookingMail]) -> list[WaitingMail]:
    """The mails that need not be sent: a mail about the new series still waits, locked until this transaction ends."""
    drafts = [asdict(mail) for mail in mails]
    return FIND_WAITING_SERIES_MAILS.all(db, (json_text(drafts),)) if drafts else []


def find_untold_changes(db: PooledConnection, mails: Iterable[BookingMail]) -> list[UntoldChange]:
    """From which change on each recipient is uninformed about a booking's time, because mails about it still wait."""
    drafts = _places(mails)
    return FIND_UNTOLD_CHANGES.all(db, (json_text(drafts),)) if drafts else []


def find_unheard_changes(db: PooledConnection, mails: Iterable[BookingMail]) -> list[UnheardChange]:
    """Which of these changes are about bookings that their tutor has not heard of, because the first mail waits."""
    drafts = _places(mails)
    return FIND_UNHEARD_CHANGES.all(db, (json_text(drafts),)) if drafts else []


def _places(mails: Iterable[BookingMail]) -> list[dict[str, object]]:
    return [{"recipient": mail.recipient, "booking": mail.booking, "change": mail.change} for mail in mails]


mailer_trigger = Trigger(lambda: settings().mail_queue_url)


def trigger_mailer(*mail_ids: int) -> None:
    """Have these mails sent now; without arguments, all that are due."""
    # One queue message per mail, so that a failed mail is retried alone.
    mailer_trigger([{"mail_id": each} for each in mail_ids] or [{}])
