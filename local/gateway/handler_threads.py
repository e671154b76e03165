"""Threads that run the chat function: each socket's frames stay in one thread, so that they are handled in order.

Sockets are opened and closed in another thread, the door: that takes longer than a message, and no message should wait
for it.
"""

import queue
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, NamedTuple

from shared.kit.observability.log import logger

Event = dict[str, Any]
Result = Mapping[str, Any]
Handler = Callable[[Event, object], Result]
# Handles waiting events of one route together, with one result for all.
Batch = Callable[[Sequence[Event]], Result]
Done = Callable[[Result], None]

FAILED: Result = {"statusCode": 500}
JOIN_SECONDS = 5.0
# The most events in a batch, and of one sender in it.
MAX_BATCH, MAX_OF_SENDER = 64, 8
# Pause after a batch: events are arriving quickly, and larger batches cost less per event.
PAUSE_SECONDS = 0.0005
DISCONNECT = "$disconnect"


class Work(NamedTuple):
    """An event, and what to call with the function's result, in the handler's thread."""

    sender: str
    event: Event
    done: Done
    # Whether it still matters.
    is_wanted: Callable[[], bool]

    @property
    def route(self) -> str:
        return str(self.event["requestContext"]["routeKey"])


class FairQueue:
    """A thread's work from many senders: senders take turns, and each sender's events stay in order."""

    def __init__(self) -> None:
        self._inbox: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        # Only the consuming thread touches these.
        self._by_sender: OrderedDict[str, deque[Work]] = OrderedDict()
        self._is_ending = False

    def put(self, work: Work | None) -> None:
        """Add work; None marks the end."""
        self._inbox.put(work)

    def take(self, batched: Container[str]) -> list[Work]:
        """The next event, once there is one, with those of its route that follow if that is batched; [] at the end.

        No more than that: a sender that arrives meanwhile waits for one event of each other sender, not for the whole
        backlog.
        """
        if not self._by_sender and not self._is_ending:
            work = self._inbox.get()
            if work and self._inbox.empty():
                return [work]
            self._sort(work)
        while not self._inbox.empty():
            self._sort(self._inbox.get())
        return self._next(batched) if self._by_sender else []

    def _next(self, batched: Container[str]) -> list[Work]:
        works = [self._pop(next(iter(self._by_sender)))]
        route = works[0].route
        if route not in batched:
            return works
        of_sender = {works[0].sender: 1}
        while self._by_sender and len(works) < MAX_BATCH:
            sender = next(iter(self._by_sender))
            taken = of_sender.get(sender, 0)
            if taken == MAX_OF_SENDER or self._by_sender[sender][0].route != route:
                break
            of_sender[sender] = taken + 1
            works.append(self._pop(sender))
        return works

    def _pop(self, sender: str) -> Work:
        """The next item of a sender, who then goes to the end of the queue."""
        waiting = self._by_sender.pop(sender)
        work = waiting.popleft()
        if waiting:
            self._by_sender[sender] = waiting
        return work

    def _sort(self, work: Work | None) -> None:
        if work is None:
            self._is_ending = True
        else:
            self._by_sender.setdefault(work.sender, deque()).append(work)


class HandlerThread(threading.Thread):
    """Handles one event after another, or consecutive events of a route in `batches` together.

    The close event of a socket is passed to the `door`, if there is one, once all of the socket's frames are handled.
    """

    def __init__(
        self, handler: Handler, batches: Mapping[str, Batch], name: str, door: "HandlerThread | None" = None
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._handler = handler
        self._batches = batches
        self._door = door
        self._waiting = FairQueue()

    def put(self, sender: str, event: Event, done: Done, is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Have an event handled in its sender's turn, unless it is no longer wanted by then."""
        self._waiting.put(Work(sender, event, done, is_wanted))

    def finish(self) -> None:
        """Handle the backlog, then end."""
        self._waiting.put(None)
        self.join(JOIN_SECONDS)

    def run(self) -> None:
        while works := self._waiting.take(self._batches):
            if wanted := [work for work in works if work.is_wanted()]:
                self._handle_works(works[0].route, wanted)
            if len(works) > 1:
                time.sleep(PAUSE_SECONDS)

    def _handle_works(self, route: str, works: Sequence[Work]) -> None:
        if self._door and route == DISCONNECT:
            for work in works:
                self._door.put(*work)
        elif batch := self._batches.get(route):
            result = _invoke(batch, [work.event for work in works])
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
