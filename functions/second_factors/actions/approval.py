"""Changing factors requires a recent password check and one of the account's factors."""

from collections.abc import Callable
from typing import TypeVar

from functions.second_factors.actions.check_factor import check_factor, wrong
from functions.second_factors.data import factors as data
from functions.second_factors.data.factors import Owner
from functions.second_factors.domain.errors import CodeNeeded, NoSecondFactor
from functions.second_factors.domain.passkeys import Given
from shared.domain.auth import AccountGone, Caller
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import transaction

Changed = TypeVar("Changed")


def approved(
    caller: Caller, given: Given, change: Callable[[PooledConnection, Owner], Changed], *, may_be_first: bool = False
) -> Changed:
    """Make a change with the account locked; with `may_be_first`, an account without factors needs none.

    Raises PasswordCheckNeeded, NoSecondFactor, CodeNeeded, WrongCode, WrongPasskey, shared.kit.errors.Throttled or
    shared.kit.errors.Unavailable.
    """
    caller.require_fresh_password()
    with transaction() as db:
        owner = lock_owner(db, caller)
        if not (owner.has_second_factor or may_be_first):
            raise NoSecondFactor
        if owner.has_second_factor and not given:
            raise CodeNeeded
        accepted = not owner.has_second_factor or check_factor(db, caller.id, given, "change")
        if accepted:
            changed = change(db, owner)
    if not accepted:
        raise wrong(given)
    return changed


def lock_owner(db: PooledConnection, caller: Caller) -> Owner:
    """Lock the caller's account. Raises AccountGone."""
    owner = data.lock_owner(db, caller.id)
    if owner is None:
        raise AccountGone
    return owner
