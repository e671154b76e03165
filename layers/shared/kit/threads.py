"""A small thread pool for an event loop, at half the processor time of an executor."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

Argument = TypeVar("Argument")
Result = TypeVar("Result")
Settle = Callable[..., None]
Call = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Context, Callable[[Any], Any], Any]


class Threads:
    """At most `number` functions run at once, in order of arrival; threads are started when needed."""

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.name = name
        self._calls: SimpleQueue[Call] = SimpleQueue()
        self._started = 0
        self._starting = Lock()

    def run(self, function: Callable[[Argument], Result], argument: Argument) -> "asyncio.Future[Result]":
        """Run a function in the caller's context; returns a future of the running loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        if self._started < self.number:
            self._start()
        self._calls.put((loop, future, copy_context(), function, argument))
        return future

    def _start(self) -> None:
        with self._starting:
            if self._started < self.number:
                self._started += 1
                # When the process ends, pending reads are not waited for.
                Thread(target=self._work, name=f"{self.name}-{self._started}", daemon=True).start()

    def _work(self) -> None:
        while True:
            loop, future, context, function, argument = self._calls.get()
            settle: Settle = future.set_result
            outcome: object
            try:
                outcome = context.run(function, argument)
            except BaseException as error:  # noqa: BLE001 - the caller gets it
                settle, outcome = future.set_exception, error
            # The loop may have been closed in the meantime.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, future, settle, outcome)
            # A thread that waits for its next call must not keep references from the last one.
            del loop, future, context, function, argument, settle, outcome


def _settle(future: "asyncio.Future[Any]", settle: Settle, outcome: object) -> None:
    if not future.done():
        settle(outcome)
