"""Signed tokens (JWT, RFC 7519): access tokens for requests, refresh tokens to get new ones."""

import secrets
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from shared.kit.security.json_web_tokens import jwt
from shared.kit.security.signing_keys import keys, signing_key

ALGORITHM = "HS256"
Kind = Literal["access", "refresh"]


class InvalidToken(Exception):
    """The token is not ours, broken or expired."""


class WrongTokenKind(InvalidToken):
    """The token is ours and valid, but of the other kind."""


class NoIdentity(InvalidToken):
    """The token is ours and valid, but does not identify anybody."""


class Claims(NamedTuple):
    kind: Kind
    user_id: UUID
    session_id: UUID
    expires_at: datetime
    # For a refresh token: its generation, and when it was issued. So the same claims give the same token.
    generation: int = 0
    issued_at: datetime | None = None


def issue(claims: Claims) -> str:
    """Sign a token. Raises shared.kit.security.signing_keys.WeakSecret or shared.kit.errors.Unavailable."""
    payload = {
        "token_type": claims.kind,
        "exp": int(claims.expires_at.timestamp()),
        "iat": int((claims.issued_at or datetime.now(UTC)).timestamp()),
        "jti": f"{claims.session_id.hex}-{claims.generation}" if claims.generation else secrets.token_hex(16),
        "user_id": str(claims.user_id),
        "sid": str(claims.session_id),
    }
    if claims.generation:
        payload["gen"] = claims.generation
    return jwt.encode(payload, signing_key(), ALGORITHM)


def read(token: str, kind: Kind | None = None, *, even_expired: bool = False) -> Claims:
    """Check a token's signature, expiry (unless `even_expired`) and, if asked, kind.

    Raises InvalidToken or one of its leaves, and what shared.kit.security.signing_keys.keys raises.
    """
    payload = _decode(token, verify_exp=not even_expired)
    if kind is not None and payload["token_type"] != kind:
        raise WrongTokenKind
    try:
        return Claims(
            kind=payload["token_type"],
            user_id=UUID(payload["user_id"]),
            session_id=UUID(payload["sid"]),
            expires_at=datetime.fromtimestamp(payload["exp"], UTC),
            generation=int(payload.get("gen", 0)),
        )
    except (KeyError, ValueError, AttributeError, TypeError, OverflowError, OSError):
        raise NoIdentity from None


def _decode(token: str, *, verify_exp: bool) -> dict[str, Any]:
    options: Any = {"require": ["exp", "token_type"], "verify_exp": verify_exp}
    for key in keys():
        try:
            return jwt.decode(token, key, [ALGORITHM], options=options)
        except jwt.InvalidSignatureError:
            continue
        except (jwt.InvalidTokenError, ValueError):
            raise InvalidToken from None
    raise InvalidToken
