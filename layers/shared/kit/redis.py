"""Redis or Valkey, for data that can be rebuilt. Every user of it must work without it."""

import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from shared.kit.observability.log import logger
from shared.kit.settings import settings
from shared.kit.stand_ins import stand_ins, synchronous, without

# The client of one server, in threads, without telemetry: everything else was half of the import's time.
REST = ("asyncio", "asyncio.observability", "asyncio.observability.recorder", "cluster", "keyspace_notifications")
with synchronous(), without("opentelemetry"), stand_ins("redis", *REST):
    import redis

T = TypeVar("T")

CONNECT_TIMEOUT = 0.5
ANSWER_TIMEOUT = 0.5
# After a failure Redis is not used for this long, so that requests do not wait for its timeout during an outage.
REST_AFTER_FAILURE = 1.0
# How many unread replies may accumulate. (ElastiCache Serverless documents no CLIENT REPLY OFF.)
MOST_UNREAD = 100


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
    """Do something with Redis, or return `otherwise` while it is unavailable."""
    now = time.monotonic()
    if now < _Breaker.resting_until:
        return otherwise
    try:
        return action(client())
    except redis.RedisError as error:
        _Breaker.resting_until = now + REST_AFTER_FAILURE
        logger().warning("redis unavailable", extra={"error": str(error)})
        return otherwise


def send_no_reply(*commands: tuple[Any, ...]) -> None:
    """Send commands without waiting for the replies; while Redis is unavailable they are lost."""
    attempt(lambda client: _send(client, commands), otherwise=None)


class _Sender(threading.local):
    """A connection of this thread, outside the pool, whose replies nobody waits for; it ends with the thread."""

    connection: Any = None
    pool: object = None
    unread: int = 0


_sender = _Sender()


def _send(client: "redis.Redis", commands: tuple[tuple[Any, ...], ...]) -> None:
    pool = client.connection_pool
    if _sender.pool is not pool:
        _sender.connection = pool.connection_class(**{**pool.connection_kwargs, "redis_connect_func": _connect_sender})
        _sender.pool = pool
        _sender.unread = 0
    if _sender.unread >= MOST_UNREAD:
        _read_replies()
    packed = _sender.connection.pack_commands(commands)
    try:
        _sender.connection.send_packed_command(packed, check_health=False)
    except redis.ConnectionError:
        # Redis may have been restarted since the last use: this reconnects.
        _sender.connection.send_packed_command(packed, check_health=False)
    _sender.unread += len(commands)


def _connect_sender(connection: Any) -> None:
    connection.on_connect()
    _sender.unread = 0


def _read_replies() -> None:
    """Read pending replies, most of which came long ago; the next send reconnects a connection that broke meanwhile."""
    while _sender.unread:
        _sender.unread -= 1
        try:
            _sender.connection.read_response()
        except redis.ResponseError:
            continue
        except redis.ConnectionError:
            return
