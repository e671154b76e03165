"""Limits on the frames a client may send, over all its sockets and across reconnects."""

import time
from collections import OrderedDict

# Frames of any kind per second, the burst size, and the cost of opening a socket.
FRAMES_A_SECOND, FRAMES_AT_ONCE, HANDSHAKE = 60, 240, 4
# How many clients are remembered.
MOST = 10_000


class FrameBudget:
    """FRAMES_A_SECOND in the long run, with bursts of FRAMES_AT_ONCE; more are allowed a second after too many."""

    def __init__(self) -> None:
        self._left = float(FRAMES_AT_ONCE)
        self._at = time.monotonic()

    def spend(self, frames: int) -> bool:
        """Spend frames; returns whether the client may send that many."""
        now = time.monotonic()
        left = min(FRAMES_AT_ONCE, self._left + (now - self._at) * FRAMES_A_SECOND) - frames
        self._left, self._at = max(left, -FRAMES_A_SECOND), now
        return left >= 0


class FrameBudgets:
    """The budget of each client, by the client's identity."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, FrameBudget] = OrderedDict()

    def of(self, client: str) -> FrameBudget:
        budget = self._known.setdefault(client, FrameBudget())
        self._known.move_to_end(client)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return budget
