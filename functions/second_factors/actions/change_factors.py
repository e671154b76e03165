"""Replacing recovery codes and turning the second factor off."""

from functions.second_factors.actions.added_factors import replace_codes
from functions.second_factors.actions.approval import approved
from functions.second_factors.data import factors as data
from functions.second_factors.data.factors import Owner
from functions.second_factors.domain.passkeys import Given
from shared.domain.auth import Caller
from shared.domain.outbox import queue_mail, trigger_mailer
from shared.kit.db.pool import PooledConnection


def replace_recovery_codes(caller: Caller, given: Given) -> list[str]:
    """Replace the recovery codes; returns the new ones.

    Raises PasswordCheckNeeded, NoSecondFactor, WrongCode, WrongPasskey or shared.kit.errors.Throttled.
    """

    def replace(db: PooledConnection, owner: Owner) -> tuple[list[str], int]:
        return replace_codes(db, caller.id), queue_mail(db, "recovery_codes_replaced", owner.email)

    codes, mail_id = approved(caller, given, replace)
    trigger_mailer(mail_id)
    return codes


def turn_off(caller: Caller, given: Given) -> None:
    """Remove all factors: signing in takes the password alone. Devices stay signed in.

    Raises PasswordCheckNeeded, NoSecondFactor, WrongCode, WrongPasskey or shared.kit.errors.Throttled.
    """

    def remove(db: PooledConnection, owner: Owner) -> int:
        data.turn_off(db, caller.id)
        return queue_mail(db, "second_factor_turned_off", owner.email)

    trigger_mailer(approved(caller, given, remove))
