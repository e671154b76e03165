"""Reads whose statements the event loop itself sends and receives, and what it leaves to a thread."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import ExitStack, closing
from typing import Any, TypeVar

import psycopg
import pytest
import uvloop

from local.loop_steps import MAX_BYTES, STATEMENTS, LoopSteps
from shared.kit.db.libpq import Prepared
from shared.kit.db.pool import close_pool, connection, pool
from shared.kit.db.steps import IN_A_THREAD, Ask, Steps, take_steps
from shared.kit.settings import settings
from shared.kit.threads import Threads

pytestmark = pytest.mark.usefixtures("platform")

LETTERS = Prepared("SELECT repeat($1, $2::int) FROM generate_series(1, 3)")
SLEEP = Prepared("SELECT pg_backend_pid(), $1 FROM pg_sleep($2::float8)")
DIVIDE = Prepared("SELECT 1 / $1::int")
Result = TypeVar("Result")
THREADS = Threads(2, "steps")
CONNECTIONS = STATEMENTS + 2


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run in the server's kind of loop, which treats closed sockets differently from Python's."""
    with closing(uvloop.new_event_loop()) as loop:
        return loop.run_until_complete(coroutine)


@pytest.fixture(autouse=True)
def ready() -> Iterator[None]:
    """Make all idle connections have prepared these statements, and no others."""
    close_pool()
    with ExitStack() as stack:
        for db in [stack.enter_context(connection()) for _ in range(CONNECTIONS)]:
            for statement, values in ((LETTERS, ("a", "1")), (SLEEP, ("", "0")), (DIVIDE, ("1",))):
                statement.fetch_bytes(db, *values)
    yield
    close_pool()


def sleeping() -> int:
    """The number of statements that are sleeping in PostgreSQL now."""
    with psycopg.connect(settings().database_url) as db:
        found = db.execute("SELECT count(*)::int FROM pg_stat_activity WHERE wait_event = 'PgSleep'").fetchone()
    return found[0] if found else 0


async def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def asking(statement: Prepared, *values: str) -> Steps[list[tuple[bytes, ...]]]:
    return (yield Ask(statement, values))


class Taken:
    """Runs reads, and records what they left to threads."""

    def __init__(self) -> None:
        self.asks: list[Ask | None] = []
        self.reads = LoopSteps()

    async def __call__(self, steps: Steps[list[tuple[bytes, ...]]]) -> list[tuple[bytes, ...]]:
        def in_thread(ask: Ask | None) -> Awaitable[list[tuple[bytes, ...]]]:
            self.asks.append(ask)
            return THREADS.run(lambda asked: take_steps(steps, asked), ask)

        return await self.reads.take(steps, in_thread)


def test_rows_are_read_without_a_thread_however_long_they_are() -> None:
    take = Taken()
    for length in (1, 5_000, 100_000, 1_000_000):
        assert run(take(asking(LETTERS, "x", str(length)))) == [(b"x" * length,)] * 3
    assert take.asks == []
    assert pool().get_stats()["pool_available"] == CONNECTIONS


def test_the_loop_is_not_blocked_and_reads_take_turns_in_order() -> None:
    take, ended = Taken(), []

    async def one(number: int) -> None:
        [(_pid, name)] = await take(asking(SLEEP, str(number), "1"))
        ended.append(int(name))

    async def scenario() -> None:
        reads = [asyncio.ensure_future(one(number)) for number in range(2 * STATEMENTS)]
        while not all(read.done() for read in reads):
            seen.append(sleeping())
            await asyncio.sleep(0.01)

    seen: list[int] = []
    run(scenario())
    assert max(seen) == STATEMENTS
    first, second = ended[:STATEMENTS], ended[STATEMENTS:]
    assert (sorted(first), sorted(second)) == (list(range(STATEMENTS)), list(range(STATEMENTS, 2 * STATEMENTS)))
    assert take.asks == []


def in_a_thread() -> Steps[list[tuple[bytes, ...]]]:
    yield IN_A_THREAD
    with connection() as db:
        return LETTERS.fetch_bytes(db, "a", "1")


def test_blocking_steps_run_in_a_thread() -> None:
    take = Taken()
    assert run(take(in_a_thread())) == [(b"a",)] * 3
    assert take.asks == [IN_A_THREAD]


@pytest.mark.parametrize("rest", [3600.0, -3600.0])
def test_a_connection_that_must_be_checked_is_checked_in_a_thread(rest: float) -> None:
    with ExitStack() as stack:
        for db in [stack.enter_context(connection()) for _ in range(CONNECTIONS)]:
            db.borrowed_at = time.time() - rest
    take = Taken()
    assert [run(take(asking(DIVIDE, "1"))) for _ in range(3)] == [[(b"1",)]] * 3
    assert len(take.asks) == 1


def test_without_an_idle_connection_a_thread_waits_for_one() -> None:
    take = Taken()
    with ExitStack() as stack:
        for _ in range(pool().max_size):
            stack.enter_context(connection())

        async def scenario() -> list[tuple[bytes, ...]]:
            asyncio.get_running_loop().call_later(0.1, stack.close)
            return await take(asking(DIVIDE, "1"))

        assert run(scenario()) == [(b"1",)]
    assert len(take.asks) == 1


def test_an_unprepared_statement_is_run_in_a_thread() -> None:
    take = Taken()
    statement = Prepared("SELECT $1 AS new")
    expected: list[Callable[[], None]] = [lambda: None, forget_all]
    for number, before in enumerate(expected, 1):
        before()
        assert [run(take(asking(statement, "1"))) for _ in range(2)] == [[(b"1",)]] * 2
        assert len(take.asks) == number


def forget_all() -> None:
    with connection() as db:
        db.execute("DEALLOCATE ALL")


def test_values_that_may_exceed_the_socket_buffer_are_sent_by_a_thread() -> None:
    take = Taken()
    for number, length in ((0, MAX_BYTES - 1), (1, MAX_BYTES)):
        assert run(take(asking(LETTERS, "x" * length, "1"))) == [(b"x" * length,)] * 3
        assert len(take.asks) == number


def test_a_failed_statement_is_repeated_in_a_thread() -> None:
    take = Taken()
    with pytest.raises(psycopg.errors.DivisionByZero):
        run(take(asking(DIVIDE, "0")))
    assert take.asks == [Ask(DIVIDE, ("0",))]
    assert run(take(asking(DIVIDE, "1"))) == [(b"1",)]
    assert len(take.asks) == 1


def test_a_statement_that_took_too_long_is_not_repeated() -> None:
    take = Taken()
    with ExitStack() as stack:
        for db in [stack.enter_context(connection()) for _ in range(CONNECTIONS)]:
            db.execute("SET statement_timeout = '200ms'")
    with pytest.raises(psycopg.errors.QueryCanceled):
        run(take(asking(SLEEP, "a", "60")))
    assert take.asks == []
    assert pool().get_stats()["pool_available"] == CONNECTIONS


def test_a_statement_whose_connection_is_lost_is_repeated_in_a_thread() -> None:
    take = Taken()

    async def scenario() -> list[tuple[bytes, ...]]:
        read = asyncio.ensure_future(take(asking(SLEEP, "a", "2")))
        await until(sleeping)
        with psycopg.connect(settings().database_url, autocommit=True) as db:
            db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        return await read

    assert [name for _pid, name in run(scenario())] == [b"a"]
    assert len(take.asks) == 1


def test_the_connection_of_a_cancelled_read_returns_to_the_pool() -> None:
    take = Taken()

    async def scenario() -> None:
        read = asyncio.ensure_future(take(asking(SLEEP, "a", "2")))
        await until(sleeping)
        assert pool().get_stats()["pool_available"] < CONNECTIONS
        read.cancel()
        await until(lambda: pool().get_stats()["pool_available"] == CONNECTIONS)
        assert await take(asking(DIVIDE, "1")) == [(b"1",)]

    run(scenario())
    assert take.asks == []
