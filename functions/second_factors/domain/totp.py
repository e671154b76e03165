"""One-time passwords of authenticator apps (TOTP, RFC 6238), as every app makes them: SHA-1, six digits, 30 seconds.

No secret is stored: it is derived from SECOND_FACTOR_SECRET and a random seed, so the database alone is not enough.
"""

import base64
import hmac
import re
import secrets
from urllib.parse import quote, urlencode

from functions.second_factors.domain.relying_party import platform_name
from shared.kit.errors import Unavailable
from shared.kit.settings import settings

DIGITS, STEP_SECONDS = 6, 30
# Clocks differ, and typing takes time (RFC 6238, section 5.2).
STEPS_OFF = 1
PASSWORD = re.compile(r"[0-9]{6}")
SEED_BYTES, SECRET_BYTES = 16, 20
MIN_KEY_BYTES = 32


def new_seed() -> bytes:
    return secrets.token_bytes(SEED_BYTES)


def secret_of(seed: bytes) -> bytes:
    """The secret of a seed. Raises shared.kit.errors.Unavailable if SECOND_FACTOR_SECRET is missing or too short."""
    key = settings().second_factor_secret.encode()
    if len(key) < MIN_KEY_BYTES:
        raise Unavailable
    return hmac.digest(key, b"totp " + seed, "sha256")[:SECRET_BYTES]


def password_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The password of one step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) % (1 << 31)
    return str(number % 10**digits).zfill(digits)


def matching_step(secret: bytes, password: str, now: float, *, after: int) -> int | None:
    """The step of a password, around `now` and later than `after`, the last used step; None if none matches."""
    if not PASSWORD.fullmatch(password):
        return None
    current = int(now // STEP_SECONDS)
    steps = range(max(current - STEPS_OFF, after + 1), current + STEPS_OFF + 1)
    # All are compared, so that timing reveals nothing.
    found = [step for step in steps if hmac.compare_digest(password_at(secret, step), password)]
    return found[0] if found else None


def as_base32(secret: bytes) -> str:
    """A secret as users type it into an app."""
    return base64.b32encode(secret).decode().rstrip("=")


def otpauth_uri(secret: bytes, email: str) -> str:
    """What an app reads from a QR code (github.com/google/google-authenticator/wiki/Key-Uri-Format)."""
    issuer = platform_name().replace(":", "")
    facts = {
        "secret": as_base32(secret),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_SECONDS,
    }
    return f"otpauth://totp/{quote(issuer)}:{quote(email)}?{urlencode(facts, quote_via=quote)}"
