"""Several callers at the same moment."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")
# Enough for the slowest race test at full counts.
PATIENCE = 110.0


def at_once(*actions: Callable[[], T]) -> list[T]:
    """Start all actions together, each in a thread of its own; returns their results in the same order."""
    start = Barrier(len(actions))

    def run(action: Callable[[], T]) -> T:
        # A Lambda function is a separate process: each caller gets an event loop of its own, for Mangum.
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            start.wait(PATIENCE)
            return action()
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    with ThreadPoolExecutor(len(actions)) as threads:
        return [each.result(PATIENCE) for each in [threads.submit(run, action) for action in actions]]
