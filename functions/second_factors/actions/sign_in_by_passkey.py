"""Signing in by a passkey alone: it proves that somebody has it, and by a PIN, a finger or a face that it is theirs."""

from typing import Any

from functions.second_factors.actions.check_factor import find_given, use_passkey
from functions.second_factors.data import tickets
from functions.second_factors.data.challenges import add_challenge
from functions.second_factors.domain.errors import WrongSignInPasskey
from functions.second_factors.domain.passkeys import GivenPasskey, request_options
from functions.second_factors.domain.relying_party import RelyingParty
from shared.domain import limits
from shared.domain.signing_in import (
    AccountChanged,
    AccountSuspended,
    Proof,
    TokenPair,
    recognize,
    start_session,
)
from shared.kit.db.transactions import transaction
from shared.kit.http.viewer import Viewer
from shared.kit.observability.metrics import count
from shared.kit.security.rate_limits import spend


def begin_passkey_sign_in(party: RelyingParty, address: str) -> dict[str, Any]:
    """What a browser needs to use whichever passkey its owner chooses. Raises shared.kit.errors.Throttled."""
    spend(limits.PASSKEY_SIGN_INS, limits.subscriber(address))
    with transaction() as db:
        return request_options(party, add_challenge(db, "sign_in"))


def sign_in_by_passkey(given: GivenPasskey, viewer: Viewer, *, device_token: Any) -> TokenPair:
    """Exchange a passkey's signature for the tokens of a new session, in which a second factor was given.

    `device_token`: as in a sign-in by password. Raises WrongSignInPasskey, AccountSuspended or
    shared.kit.errors.Throttled.
    """
    spend(limits.PASSKEY_SIGN_INS, limits.subscriber(viewer.address))
    with transaction() as db:
        passkey = find_given(db, given)
        accepted = passkey is not None and use_passkey(db, passkey, given, "sign_in", None)
        account = tickets.find_account(db, passkey.user_id) if passkey and accepted else None
    if passkey is None or account is None:
        count("FailedLogins")
        raise WrongSignInPasskey
    if account.suspended:
        raise AccountSuspended
    proof = Proof(passkey=passkey.id, second_factor=True)
    try:
        return start_session(account, recognize(account, viewer, device_token), proof)
    except AccountChanged:
        raise WrongSignInPasskey from None
