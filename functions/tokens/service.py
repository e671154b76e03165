"""Signing in, tokens and password checks, and the errors they raise."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from functions.tokens import repository
from shared.domain import limits
from shared.domain.auth import CHALLENGE, Caller
from shared.domain.signing_in import (
    AccountChanged,
    AccountSuspended,
    Device,
    Proof,
    TokenPair,
    former_session,
    hash_of_link,
    start_session,
)
from shared.kit.errors import AppError, RecordedError
from shared.kit.http.viewer import Viewer
from shared.kit.observability.metrics import count
from shared.kit.security.password_hashes import hash_password, matching_spelling, needs_rehash, usual_spelling
from shared.kit.security.rate_limits import Limit, give_back, spend_all


class WrongCredentials(RecordedError):
    """No account has this address and password."""

    status = 401
    headers = CHALLENGE
    body: Any = {"detail": "Nie znaleziono aktywnego konta dla podanych danych uwierzytelniających"}


class NotConfirmed(RecordedError):
    """The password is right, but the address is not confirmed yet. The frontend shows `detail`."""

    body: Any = {
        "error": "User is not confirmed",
        "detail": "Konto nie zostało jeszcze potwierdzone. Kliknij link, który wysłaliśmy na Twój adres e-mail.",
    }


class WrongUsernameOrPassword(AppError):
    """No account has this address and password; to OAuth 2 clients."""

    status = 401
    headers = CHALLENGE
    code = "wrong_credentials"
    detail = WrongCredentials.body["detail"]


class AddressNotConfirmed(AppError):
    """The password is right, but the address is not confirmed yet; to OAuth 2 clients."""

    code = "not_confirmed"
    detail = NotConfirmed.body["detail"]


class PasswordRequired(RecordedError):
    """No password was given."""

    body: Any = {"Error": "Password is required."}


def sign_in(email: str, password: str, viewer: Viewer, *, device_token: Any = None, link: Any = None) -> TokenPair:
    """Check the password and start a session.

    `device_token`: a refresh token that the device got before. `link`: from the error of a provider sign-in that found
    this account; the right password links that identity to the account.

    Raises WrongCredentials, NotConfirmed, AccountSuspended, SecondFactorRequired or shared.kit.errors.Throttled.
    """
    account = repository.find_account(email, limits.subscriber_range(viewer.address))
    device = _device(account.id, device_token) if account else ""
    attempt = _Attempt(_failure_counts(account, email, viewer.address, device))
    spelling = matching_spelling(account.password_hash if account else None, password)
    if spelling is None or account is None:
        count("FailedLogins")
        raise WrongCredentials
    attempt.succeeded()
    if not account.confirmed:
        raise NotConfirmed
    if account.suspended:
        raise AccountSuspended
    account = _rehashed(account, password, spelling)
    try:
        return start_session(account, Device(viewer, is_known=bool(device)), Proof(link_hash=hash_of_link(link)))
    except AccountChanged:
        raise WrongCredentials from None


def _rehashed(account: repository.Candidate, password: str, spelling: str) -> repository.Candidate:
    """The account, with its password rehashed with today's parameters."""
    usual = usual_spelling(password)
    if spelling == usual and not needs_rehash(account.password_hash):
        return account
    new = hash_password(usual)
    repository.replace_password_hash(account.id, account.password_hash, new)
    return replace(account, password_hash=new)


def grant_access_token(username: str, password: str, viewer: Viewer) -> str:
    """Sign in an OAuth 2 client; returns its access token.

    Raises WrongUsernameOrPassword, AddressNotConfirmed, AccountSuspended, SecondFactorRequired or
    shared.kit.errors.Throttled.
    """
    try:
        return sign_in(username, password, viewer).access
    except WrongCredentials:
        raise WrongUsernameOrPassword from None
    except NotConfirmed:
        raise AddressNotConfirmed from None


Counts = tuple[tuple[Limit, str], ...]


def _failure_counts(account: repository.Candidate | None, email: str, address: str, device: str) -> Counts:
    """The keys that count a failed sign-in; an account is identified by its id, however its address was typed.

    Others' failures must not lock the owner out. A device that presents its token has a count of its own; at an address
    where the account is signed in, failures from other addresses do not count.
    """
    subscriber = limits.subscriber(address)
    who = f"typed {email.lower()}" if account is None else f"account {account.id}"
    if device:
        return ((limits.FAILURES_AT_DEVICE, device),)
    counts = (
        (limits.FAILURES_PER_ACCOUNT_AND_ADDRESS, f"{who} {subscriber}"),
        (limits.FAILURES_PER_ADDRESS, subscriber),
    )
    if account is not None and account.known_address:
        return counts
    return (*counts, (limits.FAILURES_PER_ACCOUNT, who))


def _device(user_id: UUID, token: Any) -> str:
    """The account's device that a refresh token, even an expired one, belongs to; empty if none.

    Signed-out devices are counted as one, so that collected tokens give an intruder no more attempts.
    """
    session_id = former_session(user_id, token)
    if session_id is None:
        return ""
    return f"{user_id} {session_id if repository.is_session_alive(user_id, session_id) else 'former'}"


class _Attempt:
    """A password being tried, counted as a failure until it turns out right. Raises Throttled when made."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        spend_all(*self.counts)

    def succeeded(self) -> None:
        for each, counted in self.counts:
            give_back(each, counted)


def check_password(caller: Caller, password: Any) -> bool:
    """Whether the password is the caller's; if so, this session's password check is renewed.

    Raises PasswordRequired or shared.kit.errors.Throttled.
    """
    if not password:
        raise PasswordRequired
    attempt = _Attempt(((limits.FAILURES_IN_SESSION, str(caller.session_id)),))
    kept = repository.find_password_hash(caller.id)
    matches = isinstance(password, str) and matching_spelling(kept, password) is not None
    if matches:
        attempt.succeeded()
        repository.note_password_check(caller.session_id)
    return matches
