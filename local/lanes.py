"""Threads that run the chat function: one lane a thread, so that a socket's frames are handled in order."""

import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any

from shared.kit.log import logger

Event = dict[str, Any]
Result = Mapping[str, Any]
Handler = Callable[[Event, object], Result]
Done = Callable[[Result], None]

FAILED: Result = {"statusCode": 500}
JOIN_SECONDS = 5.0


class Lane(threading.Thread):
    """Runs one event after the other. `done` is called in this thread with the function's result."""

    def __init__(self, handler: Handler, number: int) -> None:
        super().__init__(name=f"lane-{number}", daemon=True)
        self._handler = handler
        self._events: queue.SimpleQueue[tuple[Event, Done] | None] = queue.SimpleQueue()

    def put(self, event: Event, done: Done) -> None:
        self._events.put((event, done))

    def finish(self) -> None:
        """Handle what is waiting, then end."""
        self._events.put(None)
        self.join(JOIN_SECONDS)

    def run(self) -> None:
        while (work := self._events.get()) is not None:
            event, done = work
            done(self._invoke(event))

    def _invoke(self, event: Event) -> Result:
        try:
            return self._handler(event, None)
        except Exception:  # noqa: BLE001 - what AWS does with a function that fails, however it failed
            logger().exception("function failed")
            return FAILED
