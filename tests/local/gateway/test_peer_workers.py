"""Requests between worker processes: on few persistent connections, and a slow process delays no other."""

import base64
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from local.gateway import peer_connections
from local.gateway.connection_ids import OWNER
from local.gateway.emulator import Gateway
from local.gateway.peer_calls import address, connect, receive_lines
from local.gateway.peer_connections import MOST_IDLE, SHORT_PATIENCE
from local.gateway.pusher import MOST_IDS, LocalPusher
from tests.support.gateway_emulator import PATIENCE, running_emulator
from tests.support.paused_transactions import wait_until
from tests.support.races import at_once

# Process ids beyond those of the system.
QUICK, OTHER = 2**30 + 1, 2**30 + 2
Request = dict[str, Any]


def ids_of(process: int, number: int = 1) -> list[str]:
    """Ids of sockets that another process opened."""
    return [base64.urlsafe_b64encode(OWNER.pack(process) + turn.to_bytes(7)).decode() for turn in range(number)]


def all_open(_request: Request) -> list[str]:
    return []


def all_gone(request: Request) -> list[str]:
    return list(request["ids"])


class Peer:
    """A worker process as the others see it, simulated by a thread. With `answer` None it ends without a response."""

    def __init__(self, sockets: Path, process: int, answer: Callable[[Request], Any] | None = all_open) -> None:
        self.requests: list[Request] = []
        self.answer = answer
        self.connections: list[socket.socket] = []
        self.may_read = threading.Event()
        self.may_read.set()
        self._listener = socket.socket(socket.AF_UNIX)
        address(sockets, process).unlink(missing_ok=True)
        self._listener.bind(str(address(sockets, process)))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                call = self._listener.accept()[0]
            except OSError:
                return
            self.connections.append(call)
            threading.Thread(target=self._serve, args=(call,), daemon=True).start()

    def _serve(self, call: socket.socket) -> None:
        with call.makefile("rb") as lines:
            for line in lines:
                self.may_read.wait()
                self.requests.append(json.loads(line))
                if self.answer is None:
                    self.end()
                    return
                with suppress(BrokenPipeError):  # the caller no longer waits
                    call.sendall(json.dumps(self.answer(self.requests[-1])).encode() + b"\n")

    def end(self) -> None:
        self.may_read.set()
        for each in (self._listener, *self.connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    @property
    def pushed(self) -> list[str]:
        return [request["post"] for request in self.requests]


@pytest.fixture
def start_peer(sockets: Path) -> Iterator[Callable[..., Peer]]:
    with ExitStack() as stack:

        def start(process: int, answer: Callable[[Request], Any] | None = all_open) -> Peer:
            peer = Peer(sockets, process, answer)
            stack.callback(peer.end)
            return peer

        yield start


@pytest.fixture
def pusher(sockets: Path) -> Iterator[LocalPusher]:
    """The pusher of a process without sockets of its own."""
    made = LocalPusher(Gateway(lambda _event, _context: {}, (), threads=0), sockets)
    yield made
    made.peers.close()


def test_posts_to_one_process_arrive_in_order_on_one_connection(
    start_peer: Callable[..., Peer], pusher: LocalPusher
) -> None:
    peer = start_peer(QUICK)
    ids = ids_of(QUICK, 3)
    for turn in range(3):
        assert pusher.post_all([([each], f"{turn}-{each}".encode()) for each in ids]) == []
    assert peer.pushed == [f"{turn}-{each}" for turn in range(3) for each in ids]
    assert len(peer.connections) == 1


def test_sockets_that_no_process_has_are_reported_gone(start_peer: Callable[..., Peer], pusher: LocalPusher) -> None:
    ids, others, own = ids_of(QUICK, 3), ids_of(OTHER), ids_of(os.getpid())
    start_peer(QUICK, lambda request: [each for each in request["ids"] if each == ids[1]])
    posts = [([*own, ids[0]], b"1"), (ids, b"2"), (others, b"3"), (["no id"], b"4")]
    assert sorted(pusher.post_all(posts)) == sorted([*own, ids[1], *others, "no id"])


def test_threads_get_their_own_responses_and_few_idle_connections_are_kept(
    start_peer: Callable[..., Peer], pusher: LocalPusher
) -> None:
    peer = start_peer(QUICK, all_gone)
    threads, ids = 2 * MOST_IDLE, ids_of(QUICK, 2 * MOST_IDLE)

    def push(each: str) -> None:
        assert [pusher.post([each], b"x") for _ in range(50)] == [[each]] * 50

    at_once(*(partial(push, each) for each in ids))
    assert len(peer.requests) == 50 * threads
    before = len(peer.connections)
    at_once(*(partial(pusher.post, [each], b"x") for each in ids[:MOST_IDLE]))
    assert len(peer.connections) <= before + MOST_IDLE


def test_a_restarted_process_is_reached_and_old_connections_are_closed(
    start_peer: Callable[..., Peer], pusher: LocalPusher
) -> None:
    ids = ids_of(QUICK)
    first = start_peer(QUICK, all_open)
    assert pusher.post(ids, b"1") == []
    first.end()
    assert pusher.post(ids, b"2") == ids
    second = start_peer(QUICK)
    assert [pusher.post(ids, body) for body in (b"3", b"4")] == [[], []]
    assert (second.pushed, len(second.connections)) == (["3", "4"], 1)


def test_a_process_that_dies_during_a_push_has_no_sockets_and_others_get_theirs(
    start_peer: Callable[..., Peer], pusher: LocalPusher
) -> None:
    dying, quick = start_peer(OTHER, None), start_peer(QUICK)
    posts = [(ids_of(OTHER), b"1"), (ids_of(QUICK), b"2")]
    assert pusher.post_all(posts) == ids_of(OTHER)
    assert (dying.pushed, quick.pushed) == (["1"], ["2"])


def test_a_process_is_asked_before_another_has_answered(
    start_peer: Callable[..., Peer], pusher: LocalPusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_connections, "PATIENCE", PATIENCE)
    slow, quick = start_peer(OTHER), start_peer(QUICK)
    slow.may_read.clear()

    def hear(_request: Request) -> list[str]:
        slow.may_read.set()
        return []

    quick.answer = hear
    # Had it not been asked meanwhile, the slow process would never read, and count as slow.
    assert pusher.post_all([(ids_of(OTHER), b"x"), (ids_of(QUICK), b"x")]) == []
    assert (slow.pushed, quick.pushed, pusher.peers._slow_until) == (["x"], ["x"], {})


def test_a_slow_process_gets_everything_in_order_and_is_waited_for_once(
    start_peer: Callable[..., Peer], pusher: LocalPusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first push to it waits for its response; later pushes wait only briefly."""
    monkeypatch.setattr(peer_connections, "PATIENCE", 0.5)
    slow, quick = start_peer(OTHER), start_peer(QUICK)
    slow.may_read.clear()
    waits: list[float] = []

    def connect_and_note(folder: Path, process: int, patience: float) -> socket.socket:
        waits.extend([patience] if process == OTHER else [])
        return connect(folder, process, patience)

    monkeypatch.setattr(peer_connections, "connect", connect_and_note)
    began = time.monotonic()
    for turn in range(5):
        # The slow process is asked first.
        assert pusher.post_all([(ids_of(OTHER), f"{turn}".encode()), (ids_of(QUICK), f"{turn}".encode())]) == []
    assert time.monotonic() - began > 0.4
    assert waits == [0.5, *[SHORT_PATIENCE] * 4]
    assert quick.pushed == [f"{turn}" for turn in range(5)]
    monkeypatch.setattr(peer_connections, "PATIENCE", PATIENCE)
    slow.may_read.set()
    wait_until(lambda: len(slow.requests) == 5)
    assert sorted(slow.pushed) == quick.pushed
    # On a busy machine an answer may take longer than the brief wait.
    wait_until(lambda: pusher.post(ids_of(OTHER), b"5") == [] and not pusher.peers._slow_until)
    connections = len(slow.connections)
    assert [pusher.post(ids_of(OTHER), body) for body in (b"6", b"7", b"8")] == [[], [], []]
    assert [*dict.fromkeys(slow.pushed[5:])] == ["5", "6", "7", "8"]
    assert len(slow.connections) <= connections + 1


def test_the_longest_text_reaches_more_sockets_than_a_request_may_name(sockets: Path, pusher: LocalPusher) -> None:
    text = "ą" * (64 * 1024 - 1)
    with running_emulator(sockets) as emulator, emulator.connect(max_size=None) as client:
        here = emulator.connection_id()
        absent = ids_of(os.getpid(), 2 * MOST_IDS)
        [answers] = pusher.peers.ask(
            {os.getpid(): [{"post": text, "ids": part} for part in (absent[:MOST_IDS], absent[MOST_IDS:], [here])]}
        ).values()
        assert answers == [absent[:MOST_IDS], absent[MOST_IDS:], []]
        assert client.recv(PATIENCE) == text


def test_a_request_names_at_most_max_ids_sockets(start_peer: Callable[..., Peer], pusher: LocalPusher) -> None:
    peer = start_peer(QUICK, all_gone)
    ids = ids_of(QUICK, 2 * MOST_IDS + 1)
    assert pusher.post(ids, b"x") == ids
    assert [len(request["ids"]) for request in peer.requests] == [MOST_IDS, MOST_IDS, 1]


def test_fragmented_and_unknown_requests_are_answered(sockets: Path) -> None:
    """A worker of another release may send requests that this one does not know."""
    with running_emulator(sockets), connect(sockets, os.getpid(), PATIENCE) as call:
        request = json.dumps({"post": "x", "ids": ids_of(QUICK)}).encode() + b"\n"
        for part in (request[:5], request[5:] + request[:9], request[9:] + b"}\n[]\n" + b'{"unknown":1}\n' + request):
            call.sendall(part)
            time.sleep(0.01)
        gone = ids_of(QUICK)
        assert receive_lines(call, 6) == [gone, gone, [], [], [], gone]


def test_a_stopping_process_is_gone_at_once_for_its_peers(sockets: Path, pusher: LocalPusher) -> None:
    request: dict[int, list[Request]] = {os.getpid(): [{"post": "x", "ids": []}]}
    answers = []
    with running_emulator(sockets) as emulator:
        assert pusher.peers.ask(request) == {os.getpid(): [[]]}
        finish = emulator.gateway.shut

        def ask_and_finish() -> None:
            """Runs on the loop's thread, which waits until the last events have been handled."""
            answers.append(pusher.peers.ask(request))
            finish()

        emulator.gateway.shut = ask_and_finish  # type: ignore[method-assign]
    assert answers == [{os.getpid(): None}]
