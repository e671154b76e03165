"""Password hashes: argon2id with the parameters OWASP's password storage cheat sheet gives first."""

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, ClassVar

from shared.kit.text import one_form

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB = 19_456


class Hashing:
    """Where hashes are computed: in the calling thread, unless a server has `installed` another place."""

    installed: ClassVar[Callable[[Callable[[], Any]], Any]] = staticmethod(lambda work: work())


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher, Type

    return PasswordHasher(time_cost=2, memory_cost=MEMORY_KIB, parallelism=1, type=Type.ID)


@cache
def _nobody_s_hash() -> str:
    return _hasher().hash("nobody's password")


def hash_password(password: str) -> str:
    return str(Hashing.installed(partial(_hasher().hash, password)))


def usual_spelling(password: str) -> str:
    """The stored spelling of a password, however it was typed: trimmed, in NFC."""
    return one_form(password.strip())


def matching_spelling(password_hash: str | None, password: str) -> str | None:
    """The spelling of a typed password that opens the hash: the usual one or, for old hashes, as typed; else None.

    The time depends on the password only, as in `password_matches`.
    """
    forms = dict.fromkeys((usual_spelling(password), password.strip()))
    matches = {form: password_matches(password_hash, form) for form in forms}
    return next((form for form, matched in matches.items() if matched), None)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Check a password; takes the same time whether or not there is an account (a hash)."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        Hashing.installed(partial(_hasher().verify, password_hash or _nobody_s_hash(), password))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):  # the last for lone surrogates
        return False
    return bool(password_hash)


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with parameters other than the present ones."""
    return _hasher().check_needs_rehash(password_hash)
