"""Signing in with a second factor after the password, or by a passkey alone.

A passkey proves that somebody has it, and by a PIN, a finger or a face that it is theirs.
"""

from typing import Any

from functions.second_factors.actions.check_factor import Accepted, check_factor, find_given, use_passkey
from functions.second_factors.actions.passkeys import ask_for_passkey
from functions.second_factors.data import tickets
from functions.second_factors.data.challenges import add_challenge
from functions.second_factors.domain.errors import NoSecondFactor, TicketExpired, WrongSignInCode, WrongSignInPasskey
from functions.second_factors.domain.passkeys import Given, GivenPasskey, request_options
from functions.second_factors.domain.relying_party import RelyingParty
from shared.data.new_sessions import Account
from shared.domain import limits
from shared.domain.outbox import queue_mail, trigger_mailer
from shared.domain.signing_in import (
    AccountChanged,
    AccountSuspended,
    Proof,
    TokenPair,
    recognize,
    start_session,
)
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import transaction
from shared.kit.http.viewer import Viewer
from shared.kit.observability.metrics import count
from shared.kit.security.rate_limits import spend


def give_factor(ticket: str, given: Given, viewer: Viewer, *, device_token: Any) -> TokenPair:
    """Exchange a ticket and a second factor for the tokens of a new session.

    `device_token`: as in a sign-in by password. Raises TicketExpired, WrongSignInCode, WrongSignInPasskey,
    AccountSuspended, shared.kit.errors.Throttled or shared.kit.errors.Unavailable.
    """
    mails = []
    with transaction() as db:
        found = tickets.find_ticket(db, ticket, "sign_in")
        # Before its factors and the ticket, as by what changes or deletes an account.
        account = tickets.lock_account(db, found.user_id) if found else None
        if found is None or account is None:
            raise TicketExpired
        if account.suspended:
            raise AccountSuspended
        accepted = _check(db, account, ticket, given)
        if accepted == "recovery_code":
            mails.append(queue_mail(db, "recovery_code_used", account.email))
    if accepted is None:
        count("FailedLogins")
        raise WrongSignInPasskey if isinstance(given, GivenPasskey) else WrongSignInCode
    if mails:
        trigger_mailer(*mails)
    proof = Proof(identity=found.identity_id, link_hash=found.link_hash, second_factor=True)
    try:
        return start_session(account, recognize(account, viewer, device_token), proof)
    except AccountChanged:
        raise TicketExpired from None


def request_passkey(ticket: str, party: RelyingParty) -> dict[str, Any]:
    """The options for using a passkey as the second factor. Raises TicketExpired or NoPasskey."""
    with transaction() as db:
        found = tickets.find_ticket(db, ticket, "sign_in")
        if found is None or tickets.lock_account(db, found.user_id) is None:
            raise TicketExpired
        return ask_for_passkey(db, found.user_id, party, "second_factor")


def begin_passkey_sign_in(party: RelyingParty, address: str) -> dict[str, Any]:
    """The options for using any passkey the owner chooses. Raises shared.kit.errors.Throttled."""
    spend(limits.PASSKEY_SIGN_INS, limits.subscriber(address))
    with transaction() as db:
        return request_options(party, add_challenge(db, "sign_in"))


def sign_in_by_passkey(given: GivenPasskey, viewer: Viewer, *, device_token: Any) -> TokenPair:
    """Exchange a passkey's signature for the tokens of a new session, which counts as signed in with a second factor.

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


def _check(db: PooledConnection, account: Account, ticket: str, given: Given) -> Accepted | None:
    """The factor's kind, None if it is wrong; a right one uses up the ticket. Raises TicketExpired or Throttled."""
    try:
        accepted = check_factor(db, account.id, given, "second_factor")
    except NoSecondFactor:
        raise TicketExpired from None
    # Checking a factor locks the account's factors, so no other request can use the ticket in between.
    if not tickets.spend_attempt(db, ticket, "sign_in"):
        raise TicketExpired
    if accepted:
        tickets.use_ticket(db, ticket)
    return accepted
