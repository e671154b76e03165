"""Access tokens for refresh tokens, and successors of refresh tokens for clients that ask for them.

For such a client a session lasts as long as it is used. When a refresh token that already has a successor is used, the
caller may be the owner or a thief, and nobody can tell which. So the session ends, with all its tokens (RFC 9700,
section 4.14.2). The previous token is still accepted for a minute, because two tabs may refresh at once and answers get
lost.
"""

from dataclasses import dataclass
from typing import Any

from functions.tokens import repository
from functions.tokens.repository import Successor
from shared.domain.auth import CHALLENGE, INVALID, WRONG_KIND
from shared.domain.sign_in_sessions import close_sockets, end_sessions
from shared.domain.signing_in import issue_access_token
from shared.kit.db.transactions import transaction
from shared.kit.errors import RecordedError
from shared.kit.observability.metrics import count
from shared.kit.security import tokens


class BadToken(RecordedError):
    """The token is broken, expired, was replaced by a successor, or its session was signed out."""

    status = 401
    headers = CHALLENGE
    body: Any = {"detail": INVALID, "code": "token_not_valid"}


class WrongTokenKind(BadToken):
    """An access token was given where a refresh token is wanted."""

    body: Any = {"detail": WRONG_KIND, "code": "token_not_valid"}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A new access token, and the successor of the refresh token if it was asked for."""

    access: str
    refresh: str | None = None


def refresh(token: str, *, rotate: bool) -> Refreshed:
    """Issue a new access token and, with `rotate`, a successor of the refresh token.

    Ends the session if the token has had a successor for longer than a minute. Raises BadToken or WrongTokenKind.
    """
    claims = _read(token, "refresh")
    successor = repository.rotate_session(claims) if rotate else None
    if successor is None:
        successor = repository.touch_session(claims)
    if successor is None:
        _end_session(claims)
        raise BadToken
    access = issue_access_token(claims.user_id, claims.session_id)
    return Refreshed(access, _issue_successor(claims, successor) if rotate else None)


def _issue_successor(claims: tokens.Claims, successor: Successor) -> str:
    """The successor as a token, the same for every caller: all its contents are stored with the session."""
    return tokens.issue(
        tokens.Claims(
            "refresh", claims.user_id, claims.session_id, successor.expires_at, successor.generation, successor.made_at
        )
    )


def _end_session(claims: tokens.Claims) -> None:
    """End the session of a token that is not in force, unless it is already over."""
    with transaction() as db:
        ended, sockets = end_sessions(db, claims.user_id, only=claims.session_id)
    if ended:
        count("ReusedRefreshTokens")
    close_sockets(sockets)


def verify(token: str) -> None:
    """Check a token of either kind. Raises BadToken if it is not in force."""
    if not repository.is_token_in_force(_read(token)):
        raise BadToken


def _read(token: str, kind: tokens.Kind | None = None) -> tokens.Claims:
    try:
        return tokens.read(token, kind)
    except tokens.WrongTokenKind:
        raise WrongTokenKind from None
    except tokens.InvalidToken:
        raise BadToken from None
