"""The keys of signed tokens: from the environment, or from a secret that Secrets Manager rotates."""

import threading
import time
from collections.abc import Iterator
from functools import cache

from shared.kit.errors import Unavailable
from shared.kit.settings import settings

# RFC 7518 section 3.2: a key of the size of the hash output at least.
MIN_KEY_BYTES = 32
# How long a key is cached as the current one.
BELIEVED_SECONDS = 300.0
# A token of an unknown key may be of a new key, or forged: look for the key only this often.
SEARCH_SECONDS = 5.0
# A new key does not sign until every process has had time to fetch it.
SETTLING_SECONDS = 60.0


class WeakSecret(Exception):
    """The signing key is missing, or it or the previous one is too short."""


def signing_key() -> str:
    """The key that signs at present. Raises WeakSecret or shared.kit.errors.Unavailable."""
    return next(keys())


def keys() -> Iterator[str]:
    """The keys that verify tokens, the signing one first; the others are looked up only when iterated to.

    Raises WeakSecret or shared.kit.errors.Unavailable.
    """
    if arn := settings().jwt_secret_arn:
        yield from _rotated(arn).keys()
        return
    previous = settings().jwt_previous_secret
    yield from checked((settings().jwt_secret, previous) if previous else (settings().jwt_secret,))


def checked(found: tuple[str, ...]) -> tuple[str, ...]:
    """Raises WeakSecret."""
    if any(len(key.encode()) < MIN_KEY_BYTES for key in found):
        raise WeakSecret(f"JWT_SECRET, and JWT_PREVIOUS_SECRET if set, must have at least {MIN_KEY_BYTES} bytes.")
    return found


@cache
def _rotated(arn: str) -> "RotatedKeys":
    return RotatedKeys(arn)


class RotatedKeys:
    """The current, previous and next key of a secret, as this process knows them.

    While Secrets Manager is unavailable, the known keys stay in use.
    """

    def __init__(self, arn: str) -> None:
        self.arn = arn
        self._known: tuple[str, ...] = ()
        self._believed_until = self._searched_at = float("-inf")
        self._lock = threading.Lock()

    def keys(self) -> Iterator[str]:
        """As `keys` of this module."""
        with self._lock:
            if time.monotonic() >= self._believed_until:
                self._refresh(every_stage=False)
            signing = self._known[0]
        yield signing
        with self._lock:
            if time.monotonic() - self._searched_at >= SEARCH_SECONDS:
                self._refresh(every_stage=True)
            others = self._known
        yield from (key for key in others if key != signing)

    def _refresh(self, *, every_stage: bool) -> None:
        try:
            self._read(every_stage=every_stage)
        except Unavailable:
            if not self._known:
                raise
            self._believed_until = self._searched_at = time.monotonic() + SEARCH_SECONDS

    def _read(self, *, every_stage: bool) -> None:
        from shared.kit.aws.secrets_manager import PENDING, PREVIOUS, find_secret, get_secret

        now, current = time.monotonic(), get_secret(self.arn)
        settling = current.created_at > time.time() - SETTLING_SECONDS
        if every_stage or settling:
            previous, pending = find_secret(self.arn, PREVIOUS), find_secret(self.arn, PENDING)
            found = (previous, current, pending) if settling else (current, previous, pending)
            self._known = checked(tuple(dict.fromkeys(each.text for each in found if each)))
            self._searched_at = now
        elif current.text not in self._known[:1]:
            self._known, self._searched_at = checked((current.text,)), float("-inf")
        self._believed_until = now + (SEARCH_SECONDS if settling else BELIEVED_SECONDS)
