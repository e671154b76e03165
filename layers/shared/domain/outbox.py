"""The mail outbox: a mail is one row, written in the transaction of what it reports."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from shared.data.outbox import (
    FIND_UNTOLD_CHANGES,
    FIND_WAITING_SERIES_MAILS,
    FOLD_MAILS,
    QUEUE_MAILS,
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
    "unread_messages",
    "review_added",
    "review_replied",
    "review_hidden",
    "staff_report",
]


@dataclass(frozen=True)
class Mail:
    """A mail to be written when it is sent: `payload` says what it is about, and holds no secret.

    `once`: rather not at all than twice.
    """

    kind: Kind
    recipient: str
    payload: dict[str, int]
    once: bool = False
    # How many seconds it waits.
    wait: float = 0


def queue_mail(db: PooledConnection, kind: Kind, recipient: str) -> int:
    """Write the outbox row; returns its id. After the commit call `trigger_mailer`, or it waits for the next sweep."""
    [mail_id] = queue_mails(db, [Mail(kind, recipient, {})])
    return mail_id


def queue_mails(db: PooledConnection, mails: Iterable[Mail]) -> list[int]:
    """Several rows in one statement; returns the ids of those that are due now."""
    rows = [asdict(mail) for mail in mails]
    return QUEUE_MAILS.all(db, (json_text(rows),)) if rows else []


@dataclass(frozen=True)
class BookingMail:
    """A mail about what became of a booking from one of its changes (`since`) to another."""

    recipient: str
    booking: int
    since: int
    change: int
    # How many seconds it waits for what else happens.
    wait: float
    # Whether the booking ended.
    ends: bool = False
    # Whether no mail about a new series can tell of it.
    is_of_its_own: bool = False
    is_about_time: bool = False
    # Whether it says nothing but where another that waits takes it in.
    only_waiting: bool = False


def fold_mails(db: PooledConnection, mails: Iterable[BookingMail]) -> list[int]:
    """Queue mails about bookings, or put them into those that still wait; returns the ids of those that are due now.

    Of one recipient and booking there is one at most.
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
    """Which of these need not be sent: the mail about the new series still waits, and no worker takes it until then."""
    drafts = [asdict(mail) for mail in mails]
    return FIND_WAITING_SERIES_MAILS.all(db, (json_text(drafts),)) if drafts else []


def find_untold_changes(db: PooledConnection, mails: Iterable[BookingMail]) -> list[UntoldChange]:
    """From which change on the recipients of these have not been told of a booking's time: mails about it wait."""
    drafts = [{"recipient": mail.recipient, "booking": mail.booking, "change": mail.change} for mail in mails]
    return FIND_UNTOLD_CHANGES.all(db, (json_text(drafts),)) if drafts else []


mailer_trigger = Trigger(lambda: settings().mail_queue_url)


def trigger_mailer(*mail_ids: int) -> None:
    """Have these mails sent now, or without any whatever is due."""
    # One message a mail, so that one that fails is tried again alone.
    mailer_trigger([{"mail_id": each} for each in mail_ids] or [{}])
