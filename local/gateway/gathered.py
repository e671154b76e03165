"""A thread that calls a function with the newest value since its last call: many cost little more than one."""

import threading
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from shared.kit.observability.log import logger

# The minimum pause between calls: people cannot read a number that changes more often.
PAUSE_SECONDS = 0.2
JOIN_SECONDS = 5.0

Key = TypeVar("Key")
Item = TypeVar("Item")


class Gathered(threading.Thread, Generic[Key, Item]):
    """Items are passed on at once or, during the pause after a call, together when the pause ends.

    Only the last item per key is passed on, so that the queue is bounded.
    """

    def __init__(self, handle: Callable[[Mapping[Key, Item]], None], name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._function = handle
        self._waiting: dict[Key, Item] = {}
        self._lock = threading.Lock()
        self._some_wait, self._is_ending = threading.Event(), threading.Event()

    def put(self, items: Mapping[Key, Item]) -> None:
        """Have the thread pass these on."""
        with self._lock:
            self._waiting.update(items)
        self._some_wait.set()

    def finish(self) -> None:
        """Pass on the backlog, then end."""
        self._is_ending.set()
        self._some_wait.set()
        self.join(JOIN_SECONDS)

    def run(self) -> None:
        while self._waiting or not self._is_ending.is_set():
            self._some_wait.wait()
            self._some_wait.clear()
            if items := self._take():
                self._hand_on(items)
            self._is_ending.wait(PAUSE_SECONDS)

    def _take(self) -> dict[Key, Item]:
        with self._lock:
            items, self._waiting = self._waiting, {}
        return items

    def _hand_on(self, items: Mapping[Key, Item]) -> None:
        try:
            self._function(items)
        except Exception:  # noqa: BLE001 - the next are handed on, however these failed
            logger().exception("gathered work failed", extra={"thread_of": self.name})
