"""Work that is gathered while a call runs, and in the pause after it."""

import threading
import time
from collections.abc import Iterator, Sequence

import pytest

from local import gathered
from local.gathered import Gathered


class Calls:
    """What a function was called with; it waits while it is held, and fails on what is below 0."""

    def __init__(self) -> None:
        self.made: list[list[int]] = []
        self.begun, self.free = threading.Event(), threading.Event()
        self.free.set()

    def __call__(self, items: Sequence[int]) -> None:
        self.begun.set()
        assert self.free.wait(10)
        self.made.append([*items])
        assert min(items) >= 0


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def thread(calls: Calls) -> Iterator[Gathered[int]]:
    made = Gathered(calls, "test")
    made.start()
    yield made
    made.finish()
    assert not made.is_alive()


def test_what_comes_during_a_call_is_handed_on_together(thread: Gathered[int], calls: Calls) -> None:
    calls.free.clear()
    thread.put([1])
    assert calls.begun.wait(10)
    for each in range(2, 100):
        thread.put([each])
    calls.free.set()
    thread.finish()
    assert calls.made == [[1], list(range(2, 100))]


def test_the_first_is_handed_on_at_once_and_the_next_after_a_pause(
    thread: Gathered[int], calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathered, "PAUSE_SECONDS", 60)
    thread.put([1])
    assert calls.begun.wait(10)
    thread.put([2])
    time.sleep(0.05)
    assert calls.made == [[1]]
    thread.finish()
    assert calls.made == [[1], [2]]


def test_what_fails_ends_nothing(thread: Gathered[int], calls: Calls) -> None:
    thread.put([-1])
    assert calls.begun.wait(10)
    thread.put([1])
    thread.finish()
    assert [each for call in calls.made for each in call] == [-1, 1]
