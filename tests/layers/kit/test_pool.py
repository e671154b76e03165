"""Connections that died while they rested, as a frozen Lambda or a restarted server leaves them."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from shared.kit.db import pool
from shared.kit.db.pool import PooledConnection, close_pool, connection
from shared.kit.settings import settings
from tests.conftest import read_settings_again

REST = pool.LISTEN_AFTER_IDLE + 0.02


@contextmanager
def pool_of(size: int) -> Iterator[None]:
    """A pool of another size while the block runs: what comes after the test, its fixtures' ends too, has the usual."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_POOL", str(size))
        read_settings_again()
        close_pool()
        yield
    read_settings_again()
    close_pool()


@pytest.fixture
def one_connection(platform: None) -> Iterator[None]:
    """The pool is as in a Lambda."""
    with pool_of(1):
        with connection() as db:
            db.execute("SELECT 1")
        yield


@pytest.fixture
def kill_connections(one_connection: None) -> Callable[[], None]:
    """Ends every connection of this process's pool and lets it rest."""

    def kill() -> None:
        with psycopg.connect(settings().database_url, autocommit=True) as killer:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            killer.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}")
        time.sleep(REST)

    return kill


def test_a_connection_that_was_closed_while_it_rested_is_replaced(kill_connections: Callable[[], None]) -> None:
    for _ in range(3):
        kill_connections()
        with connection() as db:
            assert db.execute("SELECT 1").fetchone() == (1,)


def test_without_listening_the_first_statement_would_fail(
    kill_connections: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PooledConnection, "has_news", lambda _self: False)
    kill_connections()
    with pytest.raises(psycopg.OperationalError), connection() as db:
        db.execute("SELECT 1")


@pytest.mark.parametrize("seconds", [-3600.0, pool.PING_AFTER_IDLE + 1])
def test_a_connection_proves_itself_after_a_rest_of_unknown_length(
    one_connection: None, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """The clock of the day may be set back, and a frozen Lambda's goes on where the monotonic one stands still."""
    checked: list[PooledConnection] = []
    with connection() as db:
        db.borrowed_at = time.time() - seconds
    monkeypatch.setattr(ConnectionPool, "check_connection", checked.append)
    with connection() as db:
        assert checked == [db]
    with connection():
        assert len(checked) == 1


def test_the_connection_that_came_back_last_is_lent_first(platform: None) -> None:
    with pool_of(3):
        with connection() as first, connection() as second, connection():
            pass
        with connection() as one, connection() as another:
            assert [one, another] == [first, second]
        with connection() as one:
            assert one is first


def test_a_transaction_that_was_left_open_is_rolled_back(one_connection: None) -> None:
    with connection() as db:
        db.execute("CREATE TEMPORARY TABLE kept (number int)")
        db.execute("BEGIN")
        db.execute("INSERT INTO kept VALUES (1)")
    with connection() as db:
        assert db.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_database_that_is_gone_amid_a_statement_is_not_waited_for_by_the_hour() -> None:
    """It had taken the statement, and nothing was left to acknowledge: that was waited for by the system's time."""
    with socket.create_server(("127.0.0.1", 0)) as database:
        address = f"postgresql://postgres@127.0.0.1:{database.getsockname()[1]}/tutoring"
        opening = psycopg.pq.PGconn.connect_start(
            psycopg.conninfo.make_conninfo(address, **libpq_options(pool.connection_options())).encode()
        )
        opening.connect_poll()
        with socket.socket(fileno=os.dup(opening.socket)) as client:
            assert client.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            names = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            idle, interval, number = (client.getsockopt(socket.IPPROTO_TCP, name) for name in names)
            assert idle + interval * number <= 20
        opening.finish()


def libpq_options(options: dict[str, Any]) -> dict[str, Any]:
    """Those that are not psycopg's own."""
    return {name: value for name, value in options.items() if name not in {"autocommit", "prepare_threshold"}}
