"""Reads from clients in turns, so that one that sends without pause delays only itself."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Protocol

# Seconds of each loop iteration for parsing frames; everything else has the rest.
TURN_SECONDS = 0.002


class Source(Protocol):
    """A socket with bytes to be parsed."""

    @property
    def sender(self) -> Hashable:
        """The sender, whose sockets share its turns."""

    def parse_some(self) -> bool:
        """Parse a little; returns whether there is more."""


class FairReader:
    """Parses a little from each sender in turn, for at most TURN_SECONDS per turn of the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: OrderedDict[Hashable, deque[Source]] = OrderedDict()
        self._turn_is_over = False

    def add(self, source: Source) -> None:
        """Queue a source: it is parsed at once if this iteration has time left. Must not be queued already."""
        self._waiting.setdefault(source.sender, deque()).append(source)
        if not self._turn_is_over:
            self._turn_is_over = True
            self._loop.call_soon(self._next_turn)
            self._parse()

    def _next_turn(self) -> None:
        self._turn_is_over = bool(self._waiting)
        if self._waiting:
            self._loop.call_soon(self._next_turn)
            self._parse()

    def _parse(self) -> None:
        end = time.perf_counter() + TURN_SECONDS
        while self._waiting:
            sender, sources = self._waiting.popitem(last=False)
            source = sources.popleft()
            if source.parse_some():
                sources.append(source)
            if sources:
                # Parsing may have added another item of this sender.
                sources.extend(self._waiting.pop(sender, ()))
                self._waiting[sender] = sources
            if time.perf_counter() > end:
                break
