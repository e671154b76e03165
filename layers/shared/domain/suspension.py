"""Suspending an account: the one rule, for staff and for the operator.

Its sign-in sessions end and its sockets close, so none of its tokens works, and it cannot sign in. Triggers remove it
from searches and cancel its upcoming bookings; the other side is told as of any cancellation. It gets only mails about
the account (functions.mail).
"""

from dataclasses import dataclass, field
from uuid import UUID

from shared.data.second_factors import DELETE_FACTORS, TURN_OFF
from shared.data.staff_actions import Grounds, record_action
from shared.data.suspension import COUNT_COMING, LIFT, LOCK_ACCOUNT, SUSPEND, LockedAccount
from shared.domain.dispatcher import trigger_dispatch
from shared.domain.outbox import Mail, queue_mails, trigger_mailer
from shared.domain.sign_in_sessions import close_sockets, end_sessions
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import AppError


class AccountNotFound(Exception):
    """There is no such account."""


class StaffAccount(AppError):
    """Only the operator suspends accounts of staff, and lifts that."""

    status = 409
    code = "staff_account"
    detail = "To konto należy do obsługi."


@dataclass(frozen=True, slots=True)
class Consequences:
    """The follow-up work after the commit."""

    changed: bool
    sockets: list[str] = field(default_factory=list)
    mails: list[int] = field(default_factory=list)

    def follow(self) -> None:
        """Close the sockets and wake the mailer and the dispatcher."""
        close_sockets(self.sockets)
        if self.mails:
            trigger_mailer(*self.mails)
        trigger_dispatch()


def suspend(db: PooledConnection, user_id: UUID, grounds: Grounds) -> Consequences:
    """Suspend an account until it is lifted. Idempotent.

    Raises AccountNotFound or StaffAccount.
    """
    email = _lock_suspendable(db, user_id, grounds)
    coming = COUNT_COMING.get(db, {"user_id": user_id})
    changed = SUSPEND.run(db, (user_id,)) > 0
    _ended, sockets = end_sessions(db, user_id)
    if not changed:
        return Consequences(changed, sockets)
    record_action(db, "suspend", user_id, grounds)
    return Consequences(changed, sockets, queue_mails(db, [Mail("account_suspended", email, {"cancelled": coming})]))


def lift(db: PooledConnection, user_id: UUID, grounds: Grounds) -> Consequences:
    """Lift a suspension. Cancelled bookings stay cancelled. Raises AccountNotFound or StaffAccount."""
    email = _lock_suspendable(db, user_id, grounds)
    if not LIFT.run(db, (user_id,)):
        return Consequences(changed=False)
    record_action(db, "lift", user_id, grounds)
    return Consequences(changed=True, mails=queue_mails(db, [Mail("suspension_lifted", email, {})]))


def revoke_sessions(db: PooledConnection, user_id: UUID, grounds: Grounds) -> Consequences:
    """Sign an account out everywhere. Raises AccountNotFound."""
    _lock(db, user_id)
    ended, sockets = end_sessions(db, user_id)
    record_action(db, "revoke_sessions", user_id, grounds)
    return Consequences(bool(ended), sockets)


def remove_second_factor(db: PooledConnection, user_id: UUID, grounds: Grounds) -> Consequences:
    """Remove a lost second factor, so that the password alone is enough, and sign the account out everywhere.

    The caller must have verified by other means that the account is the person's. Raises AccountNotFound.
    """
    account = _lock(db, user_id)
    DELETE_FACTORS.run(db, (user_id,))
    if not TURN_OFF.run(db, (user_id,)):
        return Consequences(changed=False)
    _ended, sockets = end_sessions(db, user_id)
    record_action(db, "remove_second_factor", user_id, grounds)
    mails = queue_mails(db, [Mail("second_factor_turned_off", account.email, {})])
    return Consequences(changed=True, sockets=sockets, mails=mails)


def _lock_suspendable(db: PooledConnection, user_id: UUID, grounds: Grounds) -> str:
    """Lock an account; returns its address. Raises AccountNotFound, or StaffAccount unless the operator acts."""
    account = _lock(db, user_id)
    if account.is_staff and grounds.actor_id is not None:
        raise StaffAccount
    return account.email


def _lock(db: PooledConnection, user_id: UUID) -> LockedAccount:
    """Raises AccountNotFound."""
    account = LOCK_ACCOUNT.one(db, (user_id,))
    if account is None:
        raise AccountNotFound
    return account
