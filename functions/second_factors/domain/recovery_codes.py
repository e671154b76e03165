"""Recovery codes: each signs in once when the other factors are lost.

They have 80 random bits, too many to guess from a hash: SHA-256 is enough, whereas short passwords need a slow hash.
"""

import base64
import hashlib
import re
import secrets
from uuid import UUID

NUMBER, BYTES, GROUP = 10, 10, 4
NOT_IN_CODES = re.compile(r"[^a-z2-7]")


def new_codes() -> list[str]:
    """Ten codes such as `mfzw-i3db-onsg-y2lp`."""
    return [_grouped(base64.b32encode(secrets.token_bytes(BYTES)).decode().lower()) for _ in range(NUMBER)]


def code_hash(user_id: UUID, code: str) -> bytes:
    """The stored hash of a code, however it was typed: hyphens, spaces and capitals do not matter."""
    return hashlib.sha256(user_id.bytes + NOT_IN_CODES.sub("", code.lower()).encode()).digest()


def _grouped(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))
