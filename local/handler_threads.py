"""Threads that run the chat function: each socket's frames stay in one, so that they are handled in order."""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from shared.kit.observability.log import logger

Event = dict[str, Any]
Result = Mapping[str, Any]
Handler = Callable[[Event, object], Result]
# Answers events of one route that wait together, with one result for all.
Batch = Callable[[Sequence[Event]], Result]
Done = Callable[[Result], None]

FAILED: Result = {"statusCode": 500}
JOIN_SECONDS = 5.0
# Events handled together at most.
MOST = 64


class Work(NamedTuple):
    """An event and who is to hear the function's result, in the handler's thread."""

    event: Event
    done: Done

    @property
    def route(self) -> str:
        return str(self.event["requestContext"]["routeKey"])


class HandlerThread(threading.Thread):
    """Runs one event after the other; those in a row of a route in `together` at once."""

    def __init__(self, handler: Handler, together: Mapping[str, Batch], number: int) -> None:
        super().__init__(name=f"thread-{number}", daemon=True)
        self._handler = handler
        self._together = together
        self._waiting: queue.SimpleQueue[Work | None] = queue.SimpleQueue()

    def put(self, event: Event, done: Done) -> None:
        self._waiting.put(Work(event, done))

    def finish(self) -> None:
        """Handle what is waiting, then end."""
        self._waiting.put(None)
        self.join(JOIN_SECONDS)

    def run(self) -> None:
        while works := self._take():
            for route, row in groupby(works, attrgetter("route")):
                self._handle(route, list(row))

    def _take(self) -> list[Work]:
        """All that waits, once there is something; nothing in the end."""
        works: list[Work] = []
        while len(works) < MOST and not (works and self._waiting.empty()):
            work = self._waiting.get()
            if work is None:
                self._waiting.put(None)
                break
            works.append(work)
        return works

    def _handle(self, route: str, works: Sequence[Work]) -> None:
        if together := self._together.get(route):
            result = _invoke(together, [work.event for work in works])
            for work in works:
                work.done(result)
        else:
            for work in works:
                work.done(_invoke(self._handler, work.event, None))


def _invoke(function: Callable[..., Result], *arguments: Any) -> Result:
    try:
        return function(*arguments)
    except Exception:  # noqa: BLE001 - what AWS does with a function that fails, however it failed
        logger().exception("function failed")
        return FAILED
