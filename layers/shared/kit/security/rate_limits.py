"""Rate limits in Redis: fixed windows, counted by the `limits` library.

Without Redis nothing is limited: people must be able to sign in.
"""

import hashlib
import math
import time
from dataclasses import dataclass
from functools import cache

import limits
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter

from shared.kit import redis as redis_cache
from shared.kit.errors import Throttled
from shared.kit.settings import settings


@dataclass(frozen=True)
class Limit:
    """At most `count` events of one kind and subject in a window of `seconds`."""

    name: str
    count: int
    seconds: int

    def item(self) -> limits.RateLimitItem:
        return limits.RateLimitItemPerSecond(self.count, self.seconds, namespace=self.name)


def _key(subject: str) -> str:
    """What Redis keeps of a subject: of one size however long it is, and not who it is."""
    return hashlib.blake2b(subject.encode(), digest_size=16).hexdigest()


@cache
def _limiter() -> FixedWindowRateLimiter:
    shared_connections = redis_cache.client().connection_pool
    return FixedWindowRateLimiter(RedisStorage("redis://", connection_pool=shared_connections))


def spend(limit: Limit, subject: str) -> None:
    """Count one event of a subject. Raises Throttled beyond the limit; the window is not prolonged by that."""
    if not settings().rate_limits:
        return
    if not redis_cache.attempt(lambda _client: _limiter().hit(limit.item(), _key(subject)), otherwise=True):
        raise Throttled(_seconds_left(limit, subject))


def spend_all(*counts: tuple[Limit, str]) -> None:
    """Count one event of several subjects, the narrowest limit first: what one refuses counts for none.

    Raises Throttled.
    """
    for number, (limit, subject) in enumerate(counts):
        try:
            spend(limit, subject)
        except Throttled:
            for spent in counts[:number]:
                give_back(*spent)
            raise


def give_back(limit: Limit, subject: str) -> None:
    """Take back one counted event."""
    if not settings().rate_limits:
        return
    key = limit.item().key_for(_key(subject))
    redis_cache.attempt(lambda _client: _limiter().storage.incr(key, limit.seconds, amount=-1), otherwise=0)


def _seconds_left(limit: Limit, subject: str) -> int:
    now = time.time()
    resets_at = redis_cache.attempt(
        lambda _client: _limiter().get_window_stats(limit.item(), _key(subject)).reset_time,
        otherwise=now + limit.seconds,
    )
    return min(limit.seconds, max(1, math.ceil(resets_at - now)))
