"""Adding an authenticator app: it counts once it has shown a password."""

import time
from dataclasses import dataclass
from uuid import UUID

from functions.second_factors.actions.check_code import check_code
from functions.second_factors.data import factors as data
from functions.second_factors.domain.errors import CodeNeeded, NothingToConfirm, WrongCode
from functions.second_factors.domain.recovery_codes import code_hash, new_codes
from functions.second_factors.domain.totp import as_base32, matching_step, new_seed, otpauth_uri, secret_of
from shared.domain.auth import AccountGone, Caller
from shared.domain.outbox import queue_mail, trigger_mailer
from shared.domain.sign_in_sessions import close_sockets, end_sessions
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import transaction


@dataclass(frozen=True, slots=True)
class NewApp:
    """What the app is told; nobody is told again."""

    secret: str
    otpauth_uri: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What follows from an app that counts now: recovery codes where it is the account's first factor."""

    recovery_codes: list[str]
    sockets: list[str]
    mail_id: int


def add_app(caller: Caller, code: str) -> NewApp:
    """Begin to add an app, in place of the one before; an account that has a factor gives a code of it.

    Raises PasswordCheckNeeded, CodeNeeded, WrongCode, shared.kit.errors.Throttled or shared.kit.errors.Unavailable.
    """
    caller.require_fresh_password()
    with transaction() as db:
        owner = data.lock_owner(db, caller.id)
        if owner is None:
            raise AccountGone
        if owner.has_second_factor and not code:
            raise CodeNeeded
        new = None
        if not owner.has_second_factor or check_code(db, caller.id, code):
            new = begin(db, caller.id, owner.email)
    if new is None:
        raise WrongCode
    return new


def begin(db: PooledConnection, user_id: UUID, email: str) -> NewApp:
    """Raises shared.kit.errors.Unavailable without SECOND_FACTOR_SECRET."""
    seed = new_seed()
    secret = secret_of(seed)
    data.begin_totp(db, user_id, seed)
    return NewApp(as_base32(secret), otpauth_uri(secret, email))


def confirm_app(caller: Caller, password: str) -> list[str]:
    """Let the app count that shows this password. Where it is the first factor, other devices are signed out.

    Raises PasswordCheckNeeded, NothingToConfirm, WrongCode or shared.kit.errors.Unavailable.
    """
    caller.require_fresh_password()
    with transaction() as db:
        owner = data.lock_owner(db, caller.id)
        if owner is None:
            raise AccountGone
        confirmed = confirm(db, caller.id, owner.email, password, but=caller.session_id)
    finish(confirmed)
    return confirmed.recovery_codes


def confirm(db: PooledConnection, user_id: UUID, email: str, password: str, *, but: UUID | None) -> Confirmed:
    """Raises NothingToConfirm, WrongCode or shared.kit.errors.Unavailable."""
    seed = data.lock_new_seed(db, user_id)
    if seed is None:
        raise NothingToConfirm
    step = matching_step(secret_of(seed), password.replace(" ", ""), time.time(), after=0)
    if step is None:
        raise WrongCode
    data.confirm_totp(db, user_id, step)
    mail_id = queue_mail(db, "authenticator_app_added", email)
    if not data.turn_on(db, user_id):
        return Confirmed([], [], mail_id)
    codes = replace_codes(db, user_id)
    _ended, sockets = end_sessions(db, user_id, but=but)
    if but is not None:
        data.note_check(db, but)
    return Confirmed(codes, sockets, mail_id)


def replace_codes(db: PooledConnection, user_id: UUID) -> list[str]:
    """New recovery codes, the ones before are void."""
    codes = new_codes()
    data.replace_recovery_codes(db, user_id, [code_hash(user_id, each) for each in codes])
    return codes


def finish(confirmed: Confirmed) -> None:
    """What is done after the commit."""
    close_sockets(confirmed.sockets)
    trigger_mailer(confirmed.mail_id)
