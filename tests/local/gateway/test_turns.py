"""Which event is handled next, and by which thread."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from local.gateway import handler_threads
from local.gateway.handler_threads import DISCONNECT, MAX_OF_SENDER, FairQueue, HandlerThread, Work
from tests.support.gateway_emulator import PATIENCE, Emulator

BATCHED = {"chat_message"}


def event(route: str) -> dict[str, Any]:
    return {"requestContext": {"routeKey": route}}


def put(waiting: FairQueue, sender: str, route: str, times: int = 1) -> None:
    for _ in range(times):
        waiting.put(Work(sender, event(route), lambda _result: None, lambda: True))


def taken(waiting: FairQueue) -> list[str]:
    return [f"{work.sender} {work.route}" for work in waiting.take(BATCHED)]


def test_a_new_event_waits_for_at_most_one_event_of_each_other_sender() -> None:
    waiting = FairQueue()
    for flood in ("one", "other"):
        put(waiting, flood, "sync", 20)
    assert taken(waiting) == ["one sync"]
    put(waiting, "ola", "chat_message")
    assert [taken(waiting) for _ in range(3)] == [["other sync"], ["one sync"], ["ola chat_message"]]


def test_waiting_messages_are_taken_together_but_only_a_few_per_sender() -> None:
    waiting = FairQueue()
    put(waiting, "flood", "chat_message", 100)
    put(waiting, "ola", "chat_message", 2)
    first = taken(waiting)
    assert first.count("ola chat_message") == 2
    assert first.count("flood chat_message") == MAX_OF_SENDER == len(first) - 2


def test_events_of_a_sender_stay_in_order() -> None:
    waiting = FairQueue()
    for route in ("chat_message", "chat_message", "mark_read", "chat_message", DISCONNECT):
        put(waiting, "ola", route)
    put(waiting, "adam", "chat_message")
    assert taken(waiting) == ["ola chat_message", "adam chat_message", "ola chat_message"]
    assert [taken(waiting) for _ in range(3)] == [["ola mark_read"], ["ola chat_message"], [f"ola {DISCONNECT}"]]


@contextmanager
def running(*threads: HandlerThread) -> Iterator[None]:
    for each in threads:
        each.start()
    yield
    for each in threads:
        each.finish()


def test_a_disconnect_is_handled_after_the_socket_s_last_event() -> None:
    handled: list[str] = []
    may_go_on, is_closed = threading.Event(), threading.Event()

    def handle(event: Any, _context: object) -> dict[str, Any]:
        route = event["requestContext"]["routeKey"]
        assert route == DISCONNECT or may_go_on.wait(PATIENCE)
        handled.append(f"{threading.current_thread().name} {route}")
        return {}

    door = HandlerThread(handle, {}, "door")
    thread = HandlerThread(handle, {}, "thread", door)
    with running(thread, door):
        thread.put("ola", event("mark_read"), lambda _result: None)
        thread.put("ola", event(DISCONNECT), lambda _result: is_closed.set())
        may_go_on.set()
        assert is_closed.wait(PATIENCE)
    assert handled == ["thread mark_read", f"door {DISCONNECT}"]


def test_after_a_batch_of_messages_a_thread_pauses_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    handled: list[list[str]] = []
    all_are_handled = threading.Event()

    def handle_all(events: Sequence[Any]) -> dict[str, Any]:
        handled.append([each["body"] for each in events])
        if len(handled) == 1:
            send("while the first are handled")
        if events[-1]["body"] == "alone":
            all_are_handled.set()
        return {}

    def send(*bodies: str) -> None:
        for each in bodies:
            thread.put(each, {**event("chat_message"), "body": each}, lambda _result: None)

    def pause(seconds: float) -> None:
        assert seconds <= 0.001
        send("in the pause" if len(handled) == 1 else "alone")

    monkeypatch.setattr(handler_threads, "time", SimpleNamespace(sleep=pause))
    thread = HandlerThread(lambda *_: {}, {"chat_message": handle_all}, "thread")
    send("a", "b")
    with running(thread):
        assert all_are_handled.wait(PATIENCE)
    assert handled == [["a", "b"], ["while the first are handled", "in the pause"], ["alone"]]


def test_sockets_are_opened_while_messages_are_handled(emulator: Emulator) -> None:
    may_go_on = threading.Event()

    def answer(event: Any) -> dict[str, Any]:
        assert event["requestContext"]["eventType"] != "MESSAGE" or may_go_on.wait(PATIENCE)
        return {"statusCode": 200}

    with emulator.connect("/ws/?token=ola") as ola:
        emulator.function.answer = answer
        ola.send("x")
        emulator.function.wait_for("MESSAGE")
        with emulator.connect("/ws/?token=ola"):
            assert len(emulator.function.seen("CONNECT")) == 2
            may_go_on.set()
