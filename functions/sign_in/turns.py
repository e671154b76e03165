"""A limit on threads that wait for the provider: while it is slow, everything else keeps its threads."""

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any, TypeVar

from shared.kit.errors import Unavailable
from shared.kit.threads import Threads

# Per process: the number of concurrent calls to the provider, and of further calls that may wait.
AT_ONCE, WAITING = 4, 12
Result = TypeVar("Result")
_threads = Threads(AT_ONCE, "provider")
_places = BoundedSemaphore(AT_ONCE + WAITING)


async def in_turn(function: Callable[[], Result]) -> Result:
    """Run a function that may wait for the provider. Raises Unavailable at once if too many are waiting already."""
    if not _places.acquire(blocking=False):
        raise Unavailable
    try:
        return await _threads.run(_call, function)
    finally:
        _places.release()


def _call(function: Callable[[], Any]) -> Any:
    return function()
