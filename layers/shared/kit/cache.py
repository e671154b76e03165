"""Redis or Valkey: what can be rebuilt. Every user of it must do without it."""

import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

import redis

from shared.kit.log import logger
from shared.kit.settings import settings

T = TypeVar("T")

CONNECT_TIMEOUT = 0.5
ANSWER_TIMEOUT = 0.5
# After a failure nothing is asked of Redis for this long, so that an outage costs no request its patience.
REST_AFTER_FAILURE = 1.0


@cache
def client() -> "redis.Redis":
    """The process's client; connections open on first use."""
    return redis.Redis.from_url(
        settings().redis_url,
        socket_connect_timeout=CONNECT_TIMEOUT,
        socket_timeout=ANSWER_TIMEOUT,
        health_check_interval=10,
        decode_responses=False,
    )


class _Breaker:
    resting_until = 0.0


def attempt(action: Callable[["redis.Redis"], T], otherwise: T) -> T:
    """Do something with Redis, or return `otherwise` while it is away."""
    now = time.monotonic()
    if now < _Breaker.resting_until:
        return otherwise
    try:
        return action(client())
    except redis.RedisError as error:
        _Breaker.resting_until = now + REST_AFTER_FAILURE
        logger().warning("redis unavailable", extra={"error": str(error)})
        return otherwise
