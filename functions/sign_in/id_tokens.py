"""Reading ID tokens: who just signed in at the provider, for us, in the sign-in that we started.

Source: openid.net/specs/openid-connect-core-1_0.html, section 3.1.3.7.
"""

import hmac
import time
from dataclasses import dataclass
from typing import Any

from functions.sign_in.provider import Provider, find_key
from shared.kit.security.json_web_tokens import jwt
from shared.kit.settings import settings

# Tolerated clock skew and maximum age of a token, in seconds.
LEEWAY, MOST_AGE = 60, 600
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
# OpenID Connect Core, section 2.
MAX_SUBJECT = 255
MAX_TOKEN = 16 * 1024


class BadIdToken(Exception):
    """The token is not from the provider, or not for this sign-in."""


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """Somebody the provider knows; `email` is "" unless it has verified the address."""

    issuer: str
    subject: str
    email: str
    first_name: str
    last_name: str


def read_id_token(provider: Provider, token: Any, nonce: str) -> ProviderIdentity:
    """Who an ID token is about. Raises BadIdToken or shared.kit.errors.Unavailable."""
    if not isinstance(token, str) or len(token) > MAX_TOKEN:
        raise BadIdToken
    claims = _claims(provider, token)
    client = settings().oidc_client_id
    # A token for further audiences is refused, even if we are one of them.
    if claims["aud"] not in (client, [client]) or claims.get("azp", client) != client:
        raise BadIdToken
    said, subject = claims["nonce"], claims["sub"]
    if not isinstance(said, str) or not hmac.compare_digest(said.encode("utf-8", "replace"), nonce.encode()):
        raise BadIdToken
    if claims["iss"] != provider.issuer or claims["iat"] < time.time() - MOST_AGE - LEEWAY:
        raise BadIdToken
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT or not subject.isprintable():
        raise BadIdToken
    is_verified = claims.get("email_verified") is True
    return ProviderIdentity(
        provider.issuer,
        subject,
        email=_text(claims, "email") if is_verified else "",
        first_name=_text(claims, "given_name"),
        last_name=_text(claims, "family_name"),
    )


def _claims(provider: Provider, token: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm not in provider.algorithms or not isinstance(key_id, str | None) or "crit" in header:
            raise BadIdToken
        key = find_key(provider, key_id, algorithm)
        if key is None:
            raise BadIdToken
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            [algorithm],
            audience=settings().oidc_client_id,
            issuer=provider.issuer,
            leeway=LEEWAY,
            options={"require": REQUIRED},
        )
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, RecursionError):
        raise BadIdToken from None
    if any(isinstance(claims[each], bool) or not isinstance(claims[each], int | float) for each in ("exp", "iat")):
        raise BadIdToken
    return claims


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""
