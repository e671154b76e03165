"""Starting sign-in sessions, whatever the way of signing in: the only place that does.

If the account has a second factor, `start_session` returns a ticket instead of tokens until one is given.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from shared.data.new_sessions import (
    ADD_TICKET,
    DELETE_EXPIRED_TICKETS,
    LINK_IDENTITY,
    NOTE_FIRST_SIGN_IN,
    START_SESSION,
    START_SESSION_OF_IDENTITY,
    START_SESSION_OF_PASSKEY,
    Account,
)
from shared.domain import limits
from shared.domain.auth import CHALLENGE
from shared.domain.outbox import Mail, queue_mails, trigger_mailer
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import transaction
from shared.kit.errors import AppError
from shared.kit.http.viewer import Viewer
from shared.kit.observability.metrics import count
from shared.kit.security import tokens
from shared.kit.security.rate_limits import is_within

USER_AGENT_LENGTH = 300
TICKET_LIFE = timedelta(minutes=10)


class AccountSuspended(AppError):
    """You signed in correctly, but staff have suspended the account."""

    status = 401
    headers = CHALLENGE
    code = "account_suspended"
    detail = "To konto zostało zawieszone. Więcej jest w wiadomości e-mail, którą wysłaliśmy."


class SecondFactorRequired(AppError):
    """The first factor is right; send the ticket and a second factor to POST /api/token/second_factor/."""

    status = 401
    headers = CHALLENGE
    code = "second_factor_required"
    detail = (
        "Podaj jeszcze kod z aplikacji uwierzytelniającej albo kod zapasowy. "
        "Jeśli ta strona o niego nie pyta, zaloguj się na stronie, na której go ustawiono."
    )
    body: Any = {"detail": detail, "code": code, "ticket": "Nq3V…"}
    facts = {"ticket": {"type": "string"}}

    def __init__(self, ticket: str) -> None:
        super().__init__()
        self.body = {"detail": self.detail, "code": self.code, "ticket": ticket}


class AccountChanged(Exception):
    """The account was changed since it was looked up.

    Its password, identity or passkey is a different one, or it was suspended, deleted or given a second factor.
    """


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The tokens of a new session."""

    refresh: str
    access: str


@dataclass(frozen=True, slots=True)
class Device:
    """The device and address that sign in; `is_known`: this device has signed in to the account before."""

    viewer: Viewer
    is_known: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """How an owner proved who they are.

    `identity`: by signing in with a provider. `passkey`: by a passkey alone. Without either, by password; only such a
    session may at once do what needs a fresh password. `link_hash`: of the link that lets the identity it was made for
    sign in from now on. `second_factor`: one was given as well.
    """

    identity: int | None = None
    passkey: int | None = None
    link_hash: bytes | None = None
    second_factor: bool = False


BY_PASSWORD = Proof()


def start_session(account: Account, device: Device, proof: Proof = BY_PASSWORD) -> TokenPair:
    """Start a session, count it, and mail the owner about a new device; at an account's first sign-in every one is new.

    Raises SecondFactorRequired or AccountChanged.
    """
    if account.has_second_factor and not proof.second_factor:
        raise SecondFactorRequired(_issue_ticket(account, proof))
    expires_at = datetime.now(UTC) + timedelta(days=platform_settings().refresh_token_days)
    with transaction() as db:
        is_first = not account.signed_in_before and NOTE_FIRST_SIGN_IN.run(db, (account.id,)) > 0
        session_id = _add_session(db, account, device, expires_at, proof)
        if session_id is None:
            raise AccountChanged
        told = [] if proof.link_hash is None else _link_identity(db, account, proof.link_hash)
        if not is_first and not device.is_known and is_within(limits.NEW_DEVICE_MAILS, str(account.id)):
            told.append(Mail("new_device", account.email, _sign_in_facts(session_id)))
        mails = queue_mails(db, told)
    if mails:
        trigger_mailer(*mails)
    count("Logins")
    refresh = tokens.issue(tokens.Claims("refresh", account.id, session_id, expires_at))
    return TokenPair(refresh, issue_access_token(account.id, session_id))


def _add_session(
    db: PooledConnection, account: Account, device: Device, expires_at: datetime, proof: Proof
) -> UUID | None:
    values = {
        "user_id": account.id,
        "hash": account.password_hash,
        "user_agent": device.viewer.user_agent[:USER_AGENT_LENGTH],
        "address": _address_or_none(device.viewer.address),
        "country": device.viewer.country,
        "expires_at": expires_at,
        "second_factor": proof.second_factor,
    }
    if proof.passkey is not None:
        return START_SESSION_OF_PASSKEY.one(db, {**values, "passkey": proof.passkey})
    if proof.identity is not None:
        return START_SESSION_OF_IDENTITY.one(db, {**values, "identity": proof.identity})
    return START_SESSION.one(db, values)


def _issue_ticket(account: Account, proof: Proof) -> str:
    """Issue a ticket for the second factor, which stands for the proof until then. Raises AccountChanged."""
    ticket = secrets.token_urlsafe(32)
    values = {
        "ticket_hash": hashlib.sha256(ticket.encode()).digest(),
        "user_id": account.id,
        "hash": account.password_hash,
        "identity": proof.identity,
        "link_hash": proof.link_hash,
        "life": TICKET_LIFE,
    }
    with transaction() as db:
        if not ADD_TICKET.run(db, values):
            raise AccountChanged
        # Last: a transaction that still waited for an account would keep those of these tickets from being deleted.
        DELETE_EXPIRED_TICKETS.run(db)
    return ticket


def hash_of_link(link: Any) -> bytes | None:
    """The hash that is stored of a link; None for anything but text."""
    return hashlib.sha256(link.encode("utf-8", "replace")).digest() if isinstance(link, str) else None


def _link_identity(db: PooledConnection, account: Account, link_hash: bytes) -> list[Mail]:
    """Returns the mails to the owner; a link of another account, or one that is too old, has no effect."""
    linked = LINK_IDENTITY.one(db, (account.id, link_hash))
    return [] if linked is None else [Mail("identity_linked", account.email, {"identity": linked, "linked": _now()})]


def _sign_in_facts(session_id: UUID) -> dict[str, int]:
    """What the mail about the sign-in needs; includes the time, as the session may be over when it is written."""
    return {"session": session_id.int, "signed_in": _now()}


def _now() -> int:
    return int(datetime.now(UTC).timestamp())


def issue_access_token(user_id: UUID, session_id: UUID) -> str:
    expires_at = datetime.now(UTC) + timedelta(minutes=platform_settings().access_token_minutes)
    return tokens.issue(tokens.Claims("access", user_id, session_id, expires_at))


def recognize(account: Account, viewer: Viewer, token: Any) -> Device:
    """The device that signs in, recognized by an earlier refresh token if the client sends one."""
    return Device(viewer, is_known=former_session(account.id, token) is not None)


def former_session(user_id: UUID, token: Any) -> UUID | None:
    """The session of this account that a refresh token, even an expired one, belongs to; None for other tokens."""
    if not isinstance(token, str):
        return None
    try:
        claims = tokens.read(token, "refresh", even_expired=True)
    except tokens.InvalidToken:
        return None
    return claims.session_id if claims.user_id == user_id else None


def _address_or_none(address: str) -> str | None:
    try:
        return str(ip_address(address))
    except ValueError:
        return None
