"""Threads for an event loop: every call is answered, however it ends."""

import asyncio
import weakref
from collections.abc import Coroutine
from contextlib import closing
from contextvars import ContextVar
from threading import Event, current_thread
from typing import Any

import pytest

from shared.kit.threads import Threads
from tests.support.paused_transactions import wait_until

where: ContextVar[str] = ContextVar("where", default="nowhere")


def run(scenario: Coroutine[Any, Any, str]) -> str:
    """Run in a separate loop; `asyncio.run` would leave other loops unclosed."""
    with closing(asyncio.new_event_loop()) as loop:
        return loop.run_until_complete(scenario)


def test_a_call_runs_in_the_caller_s_context_and_returns_its_result_or_failure() -> None:
    threads = Threads(1, "kind")

    def answer(number: int) -> str:
        return f"{where.get()} {number} {current_thread().name} {10 // number}"

    async def scenario() -> str:
        where.set("here")
        with pytest.raises(ZeroDivisionError):
            await threads.run(answer, 0)
        return await threads.run(answer, 2)

    assert [run(scenario()) for _loop in range(2)] == ["here 2 kind-1 5"] * 2


def test_a_call_may_outlive_its_caller_and_its_loop() -> None:
    threads, begun, may_end = Threads(1, "kind"), Event(), Event()

    def wait(_argument: None) -> None:
        begun.set()
        assert may_end.wait(20)

    async def cancel() -> str:
        call = threads.run(wait, None)
        call.cancel()
        may_end.set()
        # Runs after it in the same thread, so it is settled after it.
        return await threads.run(str, 1)

    async def leave() -> str:
        threads.run(wait, None)
        return ""

    async def come_back() -> str:
        may_end.set()
        return await threads.run(str, 2)

    assert run(cancel()) == "1"
    begun.clear()
    may_end.clear()
    run(leave())
    assert begun.wait(20)
    assert run(come_back()) == "2"


class Result:
    pass


def test_a_result_is_freed_while_its_thread_waits_for_the_next_call() -> None:
    threads, results = Threads(1, "kind"), list[weakref.ref[Result]]()

    async def scenario() -> str:
        results.append(weakref.ref(await threads.run(lambda _argument: Result(), None)))
        return ""

    run(scenario())
    wait_until(lambda: results[0]() is None)
