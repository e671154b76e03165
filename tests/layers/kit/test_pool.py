"""Connections that died while idle, as after a frozen Lambda or a restarted server."""

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
    """Use a pool of another size while the block runs, but not in the teardown of other fixtures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_POOL", str(size))
        read_settings_again()
        close_pool()
        yield
    read_settings_again()
    close_pool()


@pytest.fixture
def one_connection(platform: None) -> Iterator[None]:
    """Use a pool of one connection, as in a Lambda."""
    with pool_of(1):
        with connection() as db:
            db.execute("SELECT 1")
        yield


@pytest.fixture
def kill_connections(one_connection: None) -> Callable[[], None]:
    """Return a function that kills every connection of the pool and lets it rest."""

    def kill() -> None:
        with psycopg.connect(settings().database_url, autocommit=True) as killer:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            killer.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}")
        time.sleep(REST)

    return kill


def test_a_connection_that_was_closed_while_idle_is_replaced(kill_connections: Callable[[], None]) -> None:
    for _ in range(3):
        kill_connections()
        with connection() as db:
            assert db.execute("SELECT 1").fetchone() == (1,)


def test_without_the_check_the_first_statement_fails(
    kill_connections: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PooledConnection, "has_news", lambda _self: False)
    kill_connections()
    with pytest.raises(psycopg.OperationalError), connection() as db:
        db.execute("SELECT 1")


@pytest.mark.parametrize("seconds", [-3600.0, pool.PING_AFTER_IDLE + 1])
def test_a_connection_is_checked_after_an_idle_time_of_unknown_length(
    one_connection: None, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """The wall clock may be set back, and in a frozen Lambda it advances while the monotonic clock does not."""
    checked: list[PooledConnection] = []
    with connection() as db:
        db.borrowed_at = time.time() - seconds
    monkeypatch.setattr(ConnectionPool, "check_connection", checked.append)
    with connection() as db:
        assert checked == [db]
    with connection():
        assert len(checked) == 1


def test_the_connection_returned_last_is_lent_first(platform: None) -> None:
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


def test_a_database_lost_during_a_statement_is_noticed_within_seconds() -> None:
    """With the statement acknowledged and nothing more to send, only keep-alive notices the loss."""
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
    """Return the options of libpq, without those of psycopg."""
    return {name: value for name, value in options.items() if name not in {"autocommit", "prepare_threshold"}}
