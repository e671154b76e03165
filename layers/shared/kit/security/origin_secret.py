"""The secret by which a CDN proves that a request came through it, so that nobody bypasses its limits and headers."""

import hmac
from collections.abc import Mapping

from shared.kit.settings import settings

HEADER = "x-origin-secret"
# `sam local` hands functions the reference to a secret in place of the secret.
UNRESOLVED = "{{resolve:"


def origin_secret() -> str:
    """The secret, "" where everybody is answered."""
    secret = settings().origin_secret
    return "" if secret.startswith(UNRESOLVED) else secret


def is_origin_secret(given: str) -> bool:
    """Whether this is the secret; nothing is where there is none."""
    secret = origin_secret()
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


def may_connect(headers: Mapping[str, str]) -> bool:
    """Whether a handshake with these headers is answered: it came through the CDN, or there is none."""
    given = next((value for name, value in headers.items() if name.lower() == HEADER), "")
    return not origin_secret() or is_origin_secret(given)
