"""Work that is collected while a call runs, and in the pause after it."""

import threading
import time
from collections.abc import Iterator, Mapping

import pytest

from local.gateway import gathered
from local.gateway.gathered import Gathered
from tests.support.paused_transactions import wait_until


class Calls:
    """Records the arguments of a function, which blocks while it is held and fails on values below 0."""

    def __init__(self) -> None:
        self.made: list[dict[str, int]] = []
        self.begun, self.free = threading.Event(), threading.Event()
        self.free.set()

    def __call__(self, items: Mapping[str, int]) -> None:
        self.begun.set()
        assert self.free.wait(10)
        self.made.append(dict(items))
        assert min(items.values()) >= 0


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def thread(calls: Calls) -> Iterator[Gathered[str, int]]:
    made = Gathered(calls, "test")
    made.start()
    yield made
    made.finish()
    assert not made.is_alive()


def test_values_that_arrive_during_a_call_are_passed_on_together_the_last_of_each_key(
    thread: Gathered[str, int], calls: Calls
) -> None:
    calls.free.clear()
    thread.put({"a": 0})
    assert calls.begun.wait(10)
    for each in range(1, 100):
        thread.put({"a": each})
        thread.put({"b": each, "c": 1})
    calls.free.set()
    thread.finish()
    assert calls.made == [{"a": 0}, {"a": 99, "b": 99, "c": 1}]


def test_the_first_value_is_passed_on_at_once_and_the_next_after_a_pause(
    thread: Gathered[str, int], calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathered, "PAUSE_SECONDS", 60)
    thread.put({"a": 1})
    wait_until(lambda: bool(calls.made))
    thread.put({"a": 2})
    time.sleep(0.05)
    assert calls.made == [{"a": 1}]
    thread.finish()
    assert calls.made == [{"a": 1}, {"a": 2}]


def test_a_failing_call_does_not_end_the_thread(thread: Gathered[str, int], calls: Calls) -> None:
    thread.put({"a": -1})
    assert calls.begun.wait(10)
    thread.put({"a": 1})
    thread.finish()
    assert calls.made[0] == {"a": -1}
    assert calls.made[-1] == {"a": 1}
