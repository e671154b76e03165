"""Reads whose statements the event loop sends and hears itself, and all that it leaves to a thread."""

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
    """In a loop as the server's, which takes sockets that are gone otherwise than Python's."""
    with closing(uvloop.new_event_loop()) as loop:
        return loop.run_until_complete(coroutine)


@pytest.fixture(autouse=True)
def ready() -> Iterator[None]:
    """Connections at rest that have prepared these statements, and no others."""
    close_pool()
    with ExitStack() as stack:
        for db in [stack.enter_context(connection()) for _ in range(CONNECTIONS)]:
            for statement, values in ((LETTERS, ("a", "1")), (SLEEP, ("", "0")), (DIVIDE, ("1",))):
                statement.fetch_bytes(db, *values)
    yield
    close_pool()


def asking(statement: Prepared, *values: str) -> Steps[list[tuple[bytes, ...]]]:
    return (yield Ask(statement, values))


class Taken:
    """The read that threads went on with, and what it had asked."""

    def __init__(self) -> None:
        self.asks: list[Ask | None] = []
        self.reads = LoopSteps()

    async def __call__(self, steps: Steps[list[tuple[bytes, ...]]]) -> list[tuple[bytes, ...]]:
        def in_thread(ask: Ask | None) -> Awaitable[list[tuple[bytes, ...]]]:
            self.asks.append(ask)
            return THREADS.run(lambda asked: take_steps(steps, asked), ask)

        return await self.reads.take(steps, in_thread)


def test_rows_come_without_a_thread_however_long_they_are() -> None:
    take = Taken()
    for length in (1, 5_000, 100_000, 1_000_000):
        assert run(take(asking(LETTERS, "x", str(length)))) == [(b"x" * length,)] * 3
    assert take.asks == []
    assert pool().get_stats()["pool_available"] == CONNECTIONS


def test_the_loop_goes_on_meanwhile_and_reads_have_their_turns_in_order() -> None:
    take, ended = Taken(), []

    async def one(number: int) -> None:
        [(_pid, name)] = await take(asking(SLEEP, str(number), "0.3"))
        ended.append(int(name))

    async def scenario() -> None:
        started, reads = time.monotonic(), [asyncio.ensure_future(one(number)) for number in range(2 * STATEMENTS)]
        await asyncio.sleep(0.05)
        assert time.monotonic() - started < 0.3
        with psycopg.connect(settings().database_url) as db:
            found = db.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'").fetchone()
        assert found == (STATEMENTS,)
        await asyncio.gather(*reads)

    run(scenario())
    first, second = ended[:STATEMENTS], ended[STATEMENTS:]
    assert (sorted(first), sorted(second)) == (list(range(STATEMENTS)), list(range(STATEMENTS, 2 * STATEMENTS)))
    assert take.asks == []


def in_a_thread() -> Steps[list[tuple[bytes, ...]]]:
    yield IN_A_THREAD
    with connection() as db:
        return LETTERS.fetch_bytes(db, "a", "1")


def test_what_waits_by_itself_does_so_in_a_thread() -> None:
    take = Taken()
    assert run(take(in_a_thread())) == [(b"a",)] * 3
    assert take.asks == [IN_A_THREAD]


@pytest.mark.parametrize("rest", [3600.0, -3600.0])
def test_a_connection_that_must_prove_itself_does_so_in_a_thread(rest: float) -> None:
    with ExitStack() as stack:
        for db in [stack.enter_context(connection()) for _ in range(CONNECTIONS)]:
            db.borrowed_at = time.time() - rest
    take = Taken()
    assert [run(take(asking(DIVIDE, "1"))) for _ in range(3)] == [[(b"1",)]] * 3
    assert len(take.asks) == 1


def test_without_a_connection_at_rest_a_thread_waits_for_one() -> None:
    take = Taken()
    with ExitStack() as stack:
        for _ in range(pool().max_size):
            stack.enter_context(connection())

        async def scenario() -> list[tuple[bytes, ...]]:
            asyncio.get_running_loop().call_later(0.1, stack.close)
            return await take(asking(DIVIDE, "1"))

        assert run(scenario()) == [(b"1",)]
    assert len(take.asks) == 1


def test_the_first_use_of_a_statement_and_that_after_it_was_forgotten_are_a_thread_s() -> None:
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


def test_values_that_may_not_fit_into_a_socket_are_sent_by_a_thread() -> None:
    take = Taken()
    for number, length in ((0, MAX_BYTES - 1), (1, MAX_BYTES)):
        assert run(take(asking(LETTERS, "x" * length, "1"))) == [(b"x" * length,)] * 3
        assert len(take.asks) == number


def test_a_failure_is_found_again_in_a_thread() -> None:
    take = Taken()
    with pytest.raises(psycopg.errors.DivisionByZero):
        run(take(asking(DIVIDE, "0")))
    assert take.asks == [Ask(DIVIDE, ("0",))]
    assert run(take(asking(DIVIDE, "1"))) == [(b"1",)]
    assert len(take.asks) == 1


def test_a_statement_whose_connection_is_lost_is_run_again_in_a_thread() -> None:
    take = Taken()

    async def scenario() -> list[tuple[bytes, ...]]:
        read = asyncio.ensure_future(take(asking(SLEEP, "a", "1")))
        await asyncio.sleep(0.2)
        with psycopg.connect(settings().database_url, autocommit=True) as db:
            db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        return await read

    assert [name for _pid, name in run(scenario())] == [b"a"]
    assert len(take.asks) == 1


def test_a_connection_comes_back_whose_reader_has_gone() -> None:
    take = Taken()

    async def scenario() -> None:
        read = asyncio.ensure_future(take(asking(SLEEP, "a", "0.2")))
        await asyncio.sleep(0.05)
        read.cancel()
        await asyncio.sleep(0.5)
        assert pool().get_stats()["pool_available"] == CONNECTIONS
        assert await take(asking(DIVIDE, "1")) == [(b"1",)]

    run(scenario())
    assert take.asks == []
