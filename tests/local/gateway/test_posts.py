"""Frames sent to sockets by threads."""

from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from local.gateway.emulator import Gateway


def test_threads_that_send_simultaneously_wake_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second thread sends after the first has added its frame, but before it checks whether to wake the loop."""
    sent: list[bytes] = []
    turns: list[Callable[[], None]] = []
    gateway = Gateway(lambda _event, _context: {}, (), threads=1)
    monkeypatch.setattr(gateway, "_call", turns.append)
    monkeypatch.setitem(gateway.sockets, "reader", SimpleNamespace(post=sent.append))

    class Meeting(deque[Any]):
        others = iter((b"second",))

        def append(self, item: Any) -> None:
            super().append(item)
            for text in self.others:
                gateway.post(["reader"], text)

    monkeypatch.setattr(gateway, "_outgoing", Meeting())
    gateway.post(["reader"], b"first")
    for turn in turns:
        turn()
    assert [frame[-6:] for frame in sent] == [b"\x05first", b"second"]
    gateway.post(["reader"], b"third")
    for turn in turns[-1:]:
        turn()
    assert sent[-1].endswith(b"third")
