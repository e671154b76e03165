"""PostgreSQL: one pool of connections, and the statement or transaction that borrows one.

`connection()` is for single statements, each a transaction of its own; `shared.kit.transactions` holds several
together.
"""

import time
from contextlib import AbstractContextManager
from functools import cache, cached_property
from typing import Any, Self

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from shared.kit.database_login import logins, remember
from shared.kit.settings import settings

# After a longer rest (a frozen Lambda, a restarted server) a connection proves itself before use.
PING_AFTER_IDLE = 10.0
CONNECT_TIMEOUT = 5
BORROW_TIMEOUT = 5.0


class PooledConnection(psycopg.Connection[TupleRow]):
    """A connection that remembers when it was last borrowed (monotonic seconds) and what it has prepared."""

    borrowed_at: float = 0.0

    @cached_property
    def prepared(self) -> set[bytes]:
        """Names of `shared.kit.prepared` statements."""
        return set()

    @classmethod
    def connect(cls, conninfo: str = "", **options: Any) -> Self:
        """Open a connection; a password that was changed meanwhile is read anew. Raises psycopg.OperationalError."""
        refusal: psycopg.Error = psycopg.OperationalError("there is no login for the database")
        for login in logins():
            try:
                opened = super().connect(conninfo, **{**options, **login})
            except psycopg.OperationalError as error:
                refusal = error
            else:
                remember(login)
                return opened
        raise refusal


@cache
def pool() -> ConnectionPool[PooledConnection]:
    """The process's pool, opened on first use; settings give its size."""
    return ConnectionPool(
        settings().database_url,
        connection_class=PooledConnection,
        kwargs=connection_options(),
        min_size=1,
        max_size=settings().database_pool,
        timeout=BORROW_TIMEOUT,
        check=ping_if_idle,
        open=True,
    )


def connection_options() -> dict[str, Any]:
    return {
        "autocommit": True,
        "connect_timeout": CONNECT_TIMEOUT,
        "prepare_threshold": 5 if settings().database_prepare else None,
    }


def ping_if_idle(connection: PooledConnection) -> None:
    """Raises psycopg.OperationalError for a connection that died while it rested; the pool then opens another."""
    now = time.monotonic()
    if now - connection.borrowed_at > PING_AFTER_IDLE:
        ConnectionPool.check_connection(connection)
    connection.borrowed_at = now


def connection() -> AbstractContextManager[PooledConnection]:
    """Borrow a connection in autocommit mode.

    Raises psycopg_pool.PoolTimeout when none can be had within BORROW_TIMEOUT seconds.
    """
    return pool().connection()


def drop_broken_connections() -> None:
    """Where one connection broke others have: each that rests proves itself, or is replaced."""
    pool().check()


def close_pool() -> None:
    """Close the pool; the next use opens a new one."""
    if pool.cache_info().currsize:
        pool().close()
        pool.cache_clear()
