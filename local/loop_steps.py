"""Statements that the event loop sends and receives itself: a thread switch takes as long as the rest of a request.

This is only done without waiting: on an idle connection, with a statement it has already prepared. Everything else,
including failures, is left to a thread, which continues the same read. Only a statement that PostgreSQL has cancelled,
because it took too long, is not run again.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.kit.db.libpq import DONE, Row, bytes_of
from shared.kit.db.pool import PooledConnection, lend_at_once, pool
from shared.kit.db.steps import Ask, Steps
from shared.kit.psycopg import PGresult, QueryCanceled, error_from_result, psycopg

Result = TypeVar("Result")
# How many run at a time: as many as there are threads for the same reads; the others wait in order.
STATEMENTS = 4
# A statement's values may have this many bytes, which an idle connection's socket accepts at once at any distance.
MAX_BYTES = 8_000
# The rows of a statement, or why PostgreSQL has cancelled it; None if it was not run, or failed.
Outcome = list[Row] | QueryCanceled | None


class LoopSteps:
    """Runs the steps of reads in the running loop; there must be only one loop."""

    def __init__(self) -> None:
        self._under_way = 0
        self._waiting: deque[tuple[Ask, asyncio.Future[Outcome]]] = deque()

    async def take(self, steps: Steps[Result], in_thread: Callable[[Ask | None], Awaitable[Result]]) -> Result:
        """Run a read and return its result; `in_thread` continues it from its latest `ask`."""
        try:
            ask = next(steps)
            while ask is not None and (outcome := await self._outcome(ask)) is not None:
                ask = steps.send(outcome) if isinstance(outcome, list) else steps.throw(outcome)
        except StopIteration as done:
            result: Result = done.value
            return result
        return await in_thread(ask)

    def _outcome(self, ask: Ask) -> "asyncio.Future[Outcome]":
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((ask, future))
        self._send_waiting()
        return future

    def _send_waiting(self) -> None:
        while self._waiting and self._under_way < STATEMENTS:
            ask, future = self._waiting.popleft()
            if not self._send(ask, future):
                _settle(future, None)

    def _send(self, ask: Ask, future: "asyncio.Future[Outcome]") -> bool:
        """Send a statement, if a connection is ready for it."""
        values = ask.statement.encoded(ask.values)
        db = lend_at_once() if sum(map(len, filter(None, values))) <= MAX_BYTES else None
        if db is None:
            return False
        name = ask.statement.name_in(db)
        try:
            if name is not None:
                db.pgconn.send_query_prepared(name, values)
        except psycopg.Error:
            name = None
        if name is None:
            pool().putconn(db)
            return False
        self._under_way += 1
        # libpq closes a lost socket, and then no longer knows its number.
        socket = db.pgconn.socket
        asyncio.get_running_loop().add_reader(socket, self._hear, socket, db, future, [])
        return True

    def _hear(
        self, socket: int, db: PooledConnection, future: "asyncio.Future[Outcome]", results: list[PGresult]
    ) -> None:
        """Read the received results; None follows the last one."""
        try:
            db.pgconn.consume_input()
            while not db.pgconn.is_busy():
                result = db.pgconn.get_result()
                if result is None:
                    break
                results.append(result)
            else:
                return
        except psycopg.Error:
            results.clear()
        asyncio.get_running_loop().remove_reader(socket)
        pool().putconn(db)
        self._under_way -= 1
        self._send_waiting()
        _settle(future, _read(results[-1]) if results else None)


def _read(result: PGresult) -> Outcome:
    if result.status in DONE:
        return bytes_of(result)
    error = error_from_result(result)
    return error if isinstance(error, QueryCanceled) else None


def _settle(future: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    if not future.done():
        future.set_result(outcome)
