"""A socket with enough waiting events is not read further, whenever the function's results are noticed."""

import asyncio
from collections.abc import Callable
from typing import Any

from local.gateway.emulator import MAX_PENDING, Gateway, Socket
from local.gateway.events import Connection
from local.gateway.handler_threads import Done, Event, HandlerThread, Result
from tests.support.event_loops import run


class Link:
    """Counts how often it is paused and resumed."""

    is_paused = False

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False


class Thread(HandlerThread):
    """Completes events when the test says so."""

    def __init__(self) -> None:
        super().__init__(lambda _event, _context: {}, {}, "thread")
        self.waiting: list[Done] = []

    def put(self, _sender: str, _event: Event, done: Done, is_wanted: Callable[[], bool] = lambda: True) -> None:
        assert is_wanted()
        self.waiting.append(done)

    def answer(self, times: int = 1) -> None:
        result: Result = {"statusCode": 200}
        for _ in range(times):
            self.waiting.pop(0)(result)


async def take(frames: int, before: Callable[[Thread, Callable[[int], None]], None]) -> tuple[bool, int]:
    """Whether the socket is paused after `before` and as many frames as it accepts, and how many events wait."""
    gateway = Gateway(lambda _event, _context: {}, ["$default"], threads=0)
    gateway._loop = asyncio.get_running_loop()
    link: Any = Link()
    thread = Thread()
    socket = Socket(Connection("id", "", "", "", {}, {}), link, thread)

    def send(number: int) -> None:
        for _ in range(number):
            if not link.is_paused:
                gateway._take(socket, "{}")

    before(thread, send)
    send(frames)
    await asyncio.sleep(0)  # late results are processed now
    send(frames)
    await asyncio.sleep(0)
    return link.is_paused, len(thread.waiting)


def test_at_most_max_pending_events_wait() -> None:
    assert run(take(100, lambda _thread, _send: None)) == (True, MAX_PENDING)


def test_a_late_result_does_not_resume_a_socket_that_must_stay_paused() -> None:
    def one_of_five(thread: Thread, send: Callable[[int], None]) -> None:
        send(5)
        thread.answer()

    assert run(take(100, one_of_five)) == (True, MAX_PENDING)


def test_a_paused_socket_resumes_when_half_of_its_events_are_handled() -> None:
    def most(thread: Thread, send: Callable[[int], None]) -> None:
        send(MAX_PENDING)
        thread.answer(MAX_PENDING - 1)

    assert run(take(2, most)) == (False, 3)
