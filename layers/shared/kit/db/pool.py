"""PostgreSQL: one pool of connections, and the statement or transaction that borrows one.

`connection()` is for single statements, each a transaction of its own; `shared.kit.db.transactions` groups several.
"""

import select
import time
from collections import deque
from functools import cache, cached_property
from typing import Any, Self

from shared.kit.db.login import logins, remember
from shared.kit.psycopg import ConnectionPool, TupleRow, psycopg
from shared.kit.settings import settings

# Seconds of idling (a frozen Lambda, a restarted server) after which a connection is checked before use: the first
# limit applies if the server has sent something meanwhile, such as that it is closing, the second in any case.
LISTEN_AFTER_IDLE = 0.05
PING_AFTER_IDLE = 10.0
CONNECT_TIMEOUT = 5
# A connection is lost after 3,000 ms without an acknowledgement, or ten seconds of silence and three keep-alive probes.
# By default that would take a quarter of an hour, or two hours if the peer had already received the statement.
LOST = {"tcp_user_timeout": 3000, "keepalives_idle": 10, "keepalives_interval": 2, "keepalives_count": 3}
BORROW_TIMEOUT = 5.0


class PooledConnection(psycopg.Connection[TupleRow]):
    """A connection that remembers when it was last borrowed (seconds since 1970) and what it has prepared."""

    borrowed_at: float = 0.0

    @cached_property
    def _socket(self) -> select.poll:
        watched = select.poll()
        watched.register(self.pgconn.socket, select.POLLIN)
        return watched

    def has_news(self) -> bool:
        """Whether the server has sent something unsolicited, or closed the connection."""
        return bool(self._socket.poll(0))

    def wait_for_news(self) -> None:
        """Block until the server sends something; other threads continue meanwhile."""
        self._socket.poll()

    @cached_property
    def prepared(self) -> dict[tuple[bytes, tuple[int, ...]], bytes]:
        """Names of `shared.kit.db.libpq` statements, by their text and the types of their parameters."""
        return {}

    @classmethod
    def connect(cls, conninfo: str = "", **options: Any) -> Self:
        """Open a connection; a password changed in the meantime is read again. Raises psycopg.OperationalError."""
        failure: psycopg.Error = psycopg.OperationalError("there is no login for the database")
        for login in logins():
            try:
                opened = super().connect(conninfo, **{**options, **login})
            except psycopg.OperationalError as error:
                failure = error
            else:
                remember(login)
                return opened
        raise failure


class _AtRest(deque[PooledConnection]):
    """The pool lends the idle connection that was returned last: its server process has warm caches."""

    def popleft(self) -> PooledConnection:
        return self.pop()


@cache
def pool() -> ConnectionPool[PooledConnection]:
    """The process's pool, opened on first use; its size is a setting."""
    made = ConnectionPool(
        settings().database_url,
        connection_class=PooledConnection,
        kwargs=connection_options(),
        min_size=1,
        max_size=settings().database_pool,
        timeout=BORROW_TIMEOUT,
        check=ping_if_idle,
        open=False,
    )
    made._pool = _AtRest()  # noqa: SLF001 - the pool has no setting for it and would lend them in turn
    made.open()
    return made


def connection_options() -> dict[str, Any]:
    options = {"autocommit": True, "connect_timeout": CONNECT_TIMEOUT, "prepare_threshold": 5, **LOST}
    if not settings().database_prepare:
        # RDS Proxy also refuses startup options; behind it, the role has the limit (functions.migrations.repository).
        return options | {"prepare_threshold": None}
    # Sent when the connection is opened, so this costs no round trip. Later options win: those of DATABASE_URL.
    own = psycopg.conninfo.conninfo_to_dict(settings().database_url).get("options", "")
    return options | {"options": f"-c statement_timeout={settings().database_statement_seconds}s {own}"}


def ping_if_idle(connection: PooledConnection) -> None:
    """Raises psycopg.OperationalError if a connection died while it was idle; the pool then opens another."""
    if _must_prove_itself(connection):
        ConnectionPool.check_connection(connection)
    connection.borrowed_at = time.time()


def _must_prove_itself(connection: PooledConnection) -> bool:
    # The monotonic clock stands still while a Lambda is frozen; the system clock may be set back.
    rested = time.time() - connection.borrowed_at
    return not 0 <= rested <= PING_AFTER_IDLE or (rested > LISTEN_AFTER_IDLE and connection.has_news())


def lend_at_once() -> PooledConnection | None:
    """An idle connection that needs no check, None if there is none: for an event loop, which must not block.

    Return it with `pool().putconn`.
    """
    made = pool()
    with made._lock:  # noqa: SLF001 - the pool lends to those who may wait
        at_rest = made._pool  # noqa: SLF001
        if not at_rest or _must_prove_itself(at_rest[-1]):
            return None
        lent = made._get_ready_connection(None)  # noqa: SLF001
    if lent:
        lent._pool = made  # noqa: SLF001
        lent.borrowed_at = time.time()
    return lent


class connection:  # noqa: N801 - a context manager, without the generator and the empty commit of the pool's own
    """Borrow a connection in autocommit mode.

    Raises psycopg_pool.PoolTimeout if none becomes free within BORROW_TIMEOUT seconds.
    """

    __slots__ = ("_lent", "_pool")

    def __enter__(self) -> PooledConnection:
        self._pool = pool()
        self._lent = self._pool.getconn()
        return self._lent

    def __exit__(self, *_failure: object) -> None:
        """The pool rolls back open transactions and replaces broken connections."""
        self._pool.putconn(self._lent)


def drop_broken_connections() -> None:
    """After one connection broke, check all idle ones and replace broken ones."""
    pool().check()


def close_pool() -> None:
    """Close the pool; the next use opens a new one."""
    if pool.cache_info().currsize:
        pool().close()
        pool.cache_clear()
