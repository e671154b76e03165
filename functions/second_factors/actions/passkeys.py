"""Adding, renaming and removing passkeys."""

from typing import Any
from uuid import UUID

from functions.second_factors.actions.added_factors import Added, let_count
from functions.second_factors.actions.approval import approved, lock_owner
from functions.second_factors.data import passkeys as data
from functions.second_factors.data.challenges import ChallengePurpose, add_challenge, take_challenge
from functions.second_factors.data.factors import Owner
from functions.second_factors.domain.errors import (
    LastFactor,
    NoPasskey,
    PasskeyAlreadyAdded,
    TooManyPasskeys,
    WrongPasskey,
)
from functions.second_factors.domain.passkeys import (
    MOST,
    Given,
    GivenPasskey,
    NewPasskey,
    challenge_of,
    check_new,
    creation_options,
    request_options,
)
from functions.second_factors.domain.relying_party import RelyingParty
from shared.domain.auth import Caller
from shared.domain.outbox import queue_mail, trigger_mailer
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import transaction
from shared.kit.errors import NotFound


def add_passkey(caller: Caller, given: Given, party: RelyingParty) -> dict[str, Any]:
    """The options for creating a passkey; requires a factor if the account has one.

    Raises PasswordCheckNeeded, CodeNeeded, WrongCode, WrongPasskey, TooManyPasskeys, shared.kit.errors.Throttled or
    shared.kit.errors.Unavailable.
    """
    return approved(caller, given, lambda db, owner: begin(db, caller.id, owner.email, party), may_be_first=True)


def begin(db: PooledConnection, user_id: UUID, email: str, party: RelyingParty) -> dict[str, Any]:
    """The options for creating a passkey. Raises TooManyPasskeys."""
    known = data.list_passkeys(db, user_id)
    if len(known) >= MOST:
        raise TooManyPasskeys
    return creation_options(party, user_id, email, add_challenge(db, "add", user_id), known)


def confirm_passkey(caller: Caller, made: GivenPasskey, name: str) -> list[str]:
    """Activate the passkey that a browser created. If it is the first factor, other devices are signed out.

    Raises PasswordCheckNeeded, WrongPasskey, PasskeyAlreadyAdded or TooManyPasskeys.
    """
    caller.require_fresh_password()
    with transaction() as db:
        new = take_new(db, caller.id, made)
    with transaction() as db:
        added = confirm(db, caller.id, lock_owner(db, caller).email, new, name, but=caller.session_id)
    return added.follow()


def take_new(db: PooledConnection, user_id: UUID, made: GivenPasskey) -> NewPasskey | None:
    """The passkey a browser created for the account's challenge, which the commit uses up; None if it is invalid."""
    challenge = challenge_of(made.credential)
    if challenge is None or not take_challenge(db, challenge, "add", user_id):
        return None
    return check_new(made, challenge)


def confirm(
    db: PooledConnection, user_id: UUID, email: str, new: NewPasskey | None, name: str, *, but: UUID | None
) -> Added:
    """Activate a passkey. Raises WrongPasskey if it is None, PasskeyAlreadyAdded or TooManyPasskeys."""
    if new is None:
        raise WrongPasskey
    if len(data.list_passkeys(db, user_id)) >= MOST:
        raise TooManyPasskeys
    if not data.add_passkey(db, user_id, new, name):
        raise PasskeyAlreadyAdded
    return let_count(db, user_id, email, "passkey_added", but=but)


def ask_for_passkey(
    db: PooledConnection, user_id: UUID, party: RelyingParty, purpose: ChallengePurpose
) -> dict[str, Any]:
    """The options for using a passkey of the account. Raises NoPasskey."""
    known = data.list_passkeys(db, user_id)
    if not known:
        raise NoPasskey
    return request_options(party, add_challenge(db, purpose, user_id), known)


def request_passkey(caller: Caller, party: RelyingParty) -> dict[str, Any]:
    """The options for authorizing a change of factors with a passkey. Raises NoPasskey."""
    with transaction() as db:
        lock_owner(db, caller)
        return ask_for_passkey(db, caller.id, party, "change")


def rename_passkey(caller: Caller, passkey_id: int, name: str) -> None:
    """Rename a passkey. Raises shared.kit.errors.NotFound."""
    if not data.rename_passkey(caller.id, passkey_id, name):
        raise NotFound


def remove_passkey(caller: Caller, passkey_id: int, given: Given) -> None:
    """Remove a passkey. Sessions that it started stay signed in.

    Raises PasswordCheckNeeded, NoSecondFactor, WrongCode, WrongPasskey, LastFactor, shared.kit.errors.NotFound or
    shared.kit.errors.Throttled.
    """

    def remove(db: PooledConnection, owner: Owner) -> int:
        if not data.has_passkey(db, caller.id, passkey_id):
            raise NotFound
        if not data.has_other_factor(db, caller.id, passkey_id):
            raise LastFactor
        data.delete_passkey(db, caller.id, passkey_id)
        return queue_mail(db, "passkey_removed", owner.email)

    trigger_mailer(approved(caller, given, remove))
