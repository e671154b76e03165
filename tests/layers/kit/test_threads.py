"""Threads for an event loop: what they run is answered, however it ends."""

import asyncio
from contextvars import ContextVar
from threading import Event, current_thread

import pytest

from shared.kit.threads import Threads

where: ContextVar[str] = ContextVar("where", default="nowhere")


def test_a_call_runs_in_the_caller_s_context_and_answers_its_result_or_failure() -> None:
    threads = Threads(1, "kind")

    def answer(number: int) -> str:
        return f"{where.get()} {number} {current_thread().name} {10 // number}"

    async def scenario() -> str:
        where.set("here")
        with pytest.raises(ZeroDivisionError):
            await threads.run(answer, 0)
        return await threads.run(answer, 2)

    assert [asyncio.run(scenario()) for _loop in range(2)] == ["here 2 kind-1 5"] * 2


def test_nobody_need_be_there_any_more_when_a_call_ends() -> None:
    threads, begun, may_end = Threads(1, "kind"), Event(), Event()

    def wait(_argument: None) -> None:
        begun.set()
        assert may_end.wait(20)

    async def leave(*, cancelled: bool) -> None:
        call = threads.run(wait, None)
        await asyncio.to_thread(begun.wait, 20)
        if cancelled:
            call.cancel()
            may_end.set()
            # After it in the same thread, and so settled after it.
            await threads.run(str, None)

    asyncio.run(leave(cancelled=True))
    begun.clear()
    may_end.clear()
    asyncio.run(leave(cancelled=False))
    may_end.set()

    async def call_again() -> str:
        return await threads.run(str, 1)

    assert asyncio.run(call_again()) == "1"
