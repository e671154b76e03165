"""Several callers at the same moment."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")
# Of the slowest of them, at full counts.
PATIENCE = 110.0


def at_once(*actions: Callable[[], T]) -> list[T]:
    """Start all actions together, each in a thread of its own; what they return, in the same order."""
    start = Barrier(len(actions))

    def run(action: Callable[[], T]) -> T:
        # A Lambda function is a process of its own: each caller gets the event loop that is Mangum's.
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
