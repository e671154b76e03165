"""Running coroutines in tests that are not coroutines themselves."""

import asyncio
from collections.abc import Coroutine
from contextlib import closing
from typing import Any, TypeVar

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Like asyncio.run, which would leave this thread without a loop for functions called in it later."""
    with closing(asyncio.new_event_loop()) as loop:
        return loop.run_until_complete(coroutine)
