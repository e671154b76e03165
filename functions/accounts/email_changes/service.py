"""Changing the address of an account, and revoking the change.

A new address takes effect once it is confirmed from there; for a week after that, the change can be revoked from the
old one, so that a thief who changed a stolen account's address loses both. If the new address belongs to another
account, only that account's owner is told.
"""

from collections.abc import Callable
from typing import NamedTuple

from functions.accounts.email_changes import queries, repository
from functions.accounts.email_changes.errors import (
    EmailBelongsToAccount,
    EmailChangeLinkVoid,
    NoEmailChange,
    SameEmail,
)
from functions.accounts.email_changes.queries import Link, PendingChange
from functions.accounts.schemas import tutor_email_complaints
from functions.accounts.service import hash_token
from shared.data.accounts import SET_PASSWORD, end_mailed_links
from shared.data.calendar_feeds import DELETE_FEED
from shared.domain import limits
from shared.domain.auth import Caller
from shared.domain.outbox import Kind, Mail, queue_mail, queue_mails, trigger_mailer
from shared.domain.password_rules import check_password_rules
from shared.domain.sign_in_sessions import close_sockets, end_sessions
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import constraint_errors, transaction
from shared.kit.errors import FieldErrors
from shared.kit.security.password_hashes import hash_password
from shared.kit.security.rate_limits import is_within, spend

PENDING_HOURS = 24
REVOCABLE_DAYS = 7
TAKEN = {"users_email_key": EmailBelongsToAccount}


class Consequences(NamedTuple):
    """Sockets to close and mails to send after the commit."""

    sockets: list[str]
    mails: list[int]


def request_change(db: PooledConnection, caller: Caller, email: str) -> tuple[PendingChange, list[int]]:
    """Store a new address to be confirmed, replacing any pending one; returns the change and the mails to send.

    Raises PasswordCheckNeeded, shared.kit.errors.Throttled, SameEmail or, if a tutor may not use the address,
    FieldErrors.
    """
    caller.require_fresh_password()
    if email.lower() == caller.email.lower():
        raise SameEmail
    if caller.is_tutor and (complaints := tutor_email_complaints(email)):
        raise FieldErrors({"email": complaints})
    spend(limits.EMAIL_CHANGES, str(caller.id))
    change = repository.add_change(db, caller.id, caller.session_id, email, PENDING_HOURS)
    mails = [_mail("email_change_requested", change.old_email, change.id)]
    # More mails would flood the mailbox. Leaving one out does not reveal whether the address has an account.
    if is_within(limits.EMAIL_CHANGE_MAILS, email.lower()):
        mails.append(_mail("confirm_email_change", email, change.id))
    return change, queue_mails(db, mails)


def withdraw(db: PooledConnection, caller: Caller) -> None:
    """Withdraw the caller's pending change. Raises NoEmailChange."""
    if not repository.delete_pending(db, caller.id):
        raise NoEmailChange


def get_link(db: PooledConnection, token: str) -> Link:
    """What a mailed link is for. Raises EmailChangeLinkVoid."""
    link = queries.find_link(db, hash_token(token))
    if link is None:
        raise EmailChangeLinkVoid
    return link


def confirm(db: PooledConnection, token: str) -> Consequences:
    """Set the new address. Signs out all devices except the requesting one and voids links mailed to the old address.

    Raises EmailChangeLinkVoid or EmailBelongsToAccount.
    """
    change = repository.use_token(db, hash_token(token), "change")
    if change is None:
        raise EmailChangeLinkVoid
    repository.mark_confirmed(db, change.id, REVOCABLE_DAYS)
    end_mailed_links(db, change.user_id, "confirm", "reset")
    with constraint_errors(TAKEN):
        repository.set_email(db, change.user_id, change.email, change.new_email)
    _ended, sockets = end_sessions(db, change.user_id, but=change.session_id)
    return Consequences(sockets, queue_mails(db, [_mail("email_changed", change.old_email, change.id)]))


def revoke(db: PooledConnection, token: str, password: str) -> Consequences:
    """Revoke a change and all later ones, and end all access that an intruder may have.

    Restores the old address and sets a new password. Signs out every device, unlinks identities, and makes mailed
    links and the calendar feed void.

    Raises EmailChangeLinkVoid, or WeakPassword; the token then stays valid.
    """
    change = repository.use_token(db, hash_token(token), "revoke")
    if change is None:
        raise EmailChangeLinkVoid
    check_password_rules(password, email=change.old_email, first_name=change.first_name, last_name=change.last_name)
    end_mailed_links(db, change.user_id, "confirm", "reset")
    repository.mark_revoked(db, change)
    with constraint_errors(TAKEN):
        repository.set_email(db, change.user_id, change.email, change.old_email)
    SET_PASSWORD.run(db, {"user_id": change.user_id, "password_hash": hash_password(password)})
    DELETE_FEED.run(db, (change.user_id,))
    _ended, sockets = end_sessions(db, change.user_id)
    told = queue_mails(db, [_mail("email_change_revoked", change.email, change.id)])
    return Consequences(sockets, [*told, queue_mail(db, "password_changed", change.old_email)])


def _mail(kind: Kind, recipient: str, change_id: int) -> Mail:
    return Mail(kind, recipient, {"email_change": change_id})


def apply(change: Callable[[PooledConnection], Consequences]) -> None:
    """Run a change in a transaction; after the commit close the sockets and send the mails."""
    with transaction() as db:
        consequences = change(db)
    close_sockets(consequences.sockets)
    trigger_mailer(*consequences.mails)
