"""Replacing recovery codes and turning the second factor off: both take the password, lately, and a code."""

from functions.second_factors.actions.authenticator_app import replace_codes
from functions.second_factors.actions.check_code import check_code
from functions.second_factors.data import factors as data
from functions.second_factors.data.factors import Owner
from functions.second_factors.domain.errors import NoSecondFactor, WrongCode
from shared.domain.auth import AccountGone, Caller
from shared.domain.outbox import queue_mail, trigger_mailer
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import transaction


def replace_recovery_codes(caller: Caller, code: str) -> list[str]:
    """New recovery codes; the ones before are void.

    Raises PasswordCheckNeeded, NoSecondFactor, WrongCode or shared.kit.errors.Throttled.
    """
    caller.require_fresh_password()
    with transaction() as db:
        owner = _lock(db, caller)
        accepted = check_code(db, caller.id, code)
        if accepted:
            codes = replace_codes(db, caller.id)
            mail_id = queue_mail(db, "recovery_codes_replaced", owner.email)
    if not accepted:
        raise WrongCode
    trigger_mailer(mail_id)
    return codes


def turn_off(caller: Caller, code: str) -> None:
    """Remove all factors: signing in takes the password alone. Devices stay signed in.

    Raises PasswordCheckNeeded, NoSecondFactor, WrongCode or shared.kit.errors.Throttled.
    """
    caller.require_fresh_password()
    with transaction() as db:
        owner = _lock(db, caller)
        accepted = check_code(db, caller.id, code)
        if accepted:
            data.turn_off(db, caller.id)
            mail_id = queue_mail(db, "second_factor_turned_off", owner.email)
    if not accepted:
        raise WrongCode
    trigger_mailer(mail_id)


def _lock(db: PooledConnection, caller: Caller) -> Owner:
    owner = data.lock_owner(db, caller.id)
    if owner is None:
        raise AccountGone
    if not owner.has_second_factor:
        raise NoSecondFactor
    return owner
