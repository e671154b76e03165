"""A thread that calls a function with all that came since its last call, so that many cost little more than one."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from shared.kit.observability.log import logger

# From one call to the next, at least: nobody reads a number that changes more often.
PAUSE_SECONDS = 0.05
JOIN_SECONDS = 5.0

Item = TypeVar("Item")


class Gathered(threading.Thread, Generic[Item]):
    """What is put is handed on at once, or with what else comes within the pause."""

    def __init__(self, handle: Callable[[Sequence[Item]], None], name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._handle = handle
        self._waiting: queue.SimpleQueue[Sequence[Item]] = queue.SimpleQueue()
        self._ending = threading.Event()

    def put(self, items: Sequence[Item]) -> None:
        """Have these handed on, by the thread."""
        self._waiting.put(items)

    def finish(self) -> None:
        """Hand on what waits, then end."""
        self._ending.set()
        self._waiting.put(())
        self.join(JOIN_SECONDS)

    def run(self) -> None:
        while not (self._ending.is_set() and self._waiting.empty()):
            items = [*self._waiting.get()]
            while not self._waiting.empty():
                items += self._waiting.get()
            if items:
                self._hand_on(items)
            self._ending.wait(PAUSE_SECONDS)

    def _hand_on(self, items: Sequence[Item]) -> None:
        try:
            self._handle(items)
        except Exception:  # noqa: BLE001 - the next are handed on, however these failed
            logger().exception("gathered work failed", extra={"thread_of": self.name})
