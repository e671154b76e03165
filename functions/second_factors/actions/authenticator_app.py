"""Adding an authenticator app: it takes effect once it has shown a valid code."""

import time
from dataclasses import dataclass
from uuid import UUID

from functions.second_factors.actions.added_factors import Added, let_count
from functions.second_factors.actions.approval import approved, lock_owner
from functions.second_factors.data import factors as data
from functions.second_factors.domain.errors import NothingToConfirm, WrongCode
from functions.second_factors.domain.passkeys import Given
from functions.second_factors.domain.totp import as_base32, matching_step, new_seed, otpauth_uri, secret_of
from shared.domain.auth import Caller
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import transaction


@dataclass(frozen=True, slots=True)
class NewApp:
    """The secret for the app, which is shown only once."""

    secret: str
    otpauth_uri: str


def add_app(caller: Caller, given: Given) -> NewApp:
    """Start adding an app, replacing any previous one; requires a factor if the account has one.

    Raises PasswordCheckNeeded, CodeNeeded, WrongCode, WrongPasskey, shared.kit.errors.Throttled or
    shared.kit.errors.Unavailable.
    """
    return approved(caller, given, lambda db, owner: begin(db, caller.id, owner.email), may_be_first=True)


def begin(db: PooledConnection, user_id: UUID, email: str) -> NewApp:
    """Store a new seed. Raises shared.kit.errors.Unavailable without SECOND_FACTOR_SECRET."""
    seed = new_seed()
    secret = secret_of(seed)
    data.begin_totp(db, user_id, seed)
    return NewApp(as_base32(secret), otpauth_uri(secret, email))


def confirm_app(caller: Caller, password: str) -> list[str]:
    """Activate the app being added with a password it shows. If it is the first factor, other devices are signed out.

    Raises PasswordCheckNeeded, NothingToConfirm, WrongCode or shared.kit.errors.Unavailable.
    """
    caller.require_fresh_password()
    with transaction() as db:
        added = confirm(db, caller.id, lock_owner(db, caller).email, password, but=caller.session_id)
    return added.follow()


def confirm(db: PooledConnection, user_id: UUID, email: str, password: str, *, but: UUID | None) -> Added:
    """Activate the app being added. Raises NothingToConfirm, WrongCode or shared.kit.errors.Unavailable."""
    seed = data.lock_new_seed(db, user_id)
    if seed is None:
        raise NothingToConfirm
    step = matching_step(secret_of(seed), password.replace(" ", ""), time.time(), after=0)
    if step is None:
        raise WrongCode
    data.confirm_totp(db, user_id, step)
    return let_count(db, user_id, email, "authenticator_app_added", but=but)
