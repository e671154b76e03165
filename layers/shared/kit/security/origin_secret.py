"""The secret by which a CDN proves that a request came through it, so that nobody bypasses its limits and headers."""

import hmac
from collections.abc import Mapping

from shared.kit.settings import settings

HEADER = "x-origin-secret"
# `sam local` passes functions the reference to a secret instead of the secret.
UNRESOLVED = "{{resolve:"


def origin_secret() -> str:
    """The secret; "" if requests need not come through the CDN."""
    secret = settings().origin_secret
    return "" if secret.startswith(UNRESOLVED) else secret


def is_origin_secret(given: str) -> bool:
    """Whether this is the secret; False if none is set."""
    secret = origin_secret()
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


def may_connect(headers: Mapping[str, str]) -> bool:
    """Whether to accept a handshake with these headers: it came through the CDN, or there is no CDN."""
    given = next((value for name, value in headers.items() if name.lower() == HEADER), "")
    return not origin_secret() or is_origin_secret(given)
