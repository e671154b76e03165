"""Redis is killed while messages flow: none is lost or duplicated, and the history matches PostgreSQL."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from shared.kit.redis import client as redis_client
from tests.functions.chat.conftest import OwnRedis
from tests.support.chat_clients import Client, Clients
from tests.support.chat_http import list_messages, open_conversation
from tests.support.people import People, Person, query
from tests.support.races import PATIENCE, at_once

SENDERS = 4


class Progress:
    """Counts answered messages, and lets other threads wait for a number of them."""

    def __init__(self) -> None:
        self.number = 0
        self.grown = threading.Condition()

    def add(self) -> None:
        with self.grown:
            self.number += 1
            self.grown.notify_all()

    def wait_for(self, number: int) -> None:
        with self.grown:
            assert self.grown.wait_for(lambda: self.number >= number, PATIENCE), self.number


def send_all(client: Client, name: str, number: int, progress: Progress) -> None:
    for turn in range(number):
        assert client.send_message(f"{name}-{turn}", id=f"{name}-{turn}") == {"statusCode": 200}
        progress.add()


def kill_and_start(redis: OwnRedis, progress: Progress, points: list[int]) -> None:
    """Kill and restart Redis in turn, each time after so many answered messages."""
    for place, point in enumerate(points):
        progress.wait_for(point)
        (redis.start if place % 2 else redis.kill)()


def read_along(person: Person, conversation: UUID, progress: Progress, number: int, read: list[list[str]]) -> None:
    """Read the newest messages repeatedly; none that was answered before may be missing."""
    while progress.number < number:
        answered = progress.number
        bodies = [message["body"] for message in list_messages(person, conversation)]
        assert len(bodies) >= min(answered, 500)
        read.append(bodies)


@pytest.mark.parametrize("number", [60, pytest.param(1_000, marks=pytest.mark.proof)])
def test_redis_is_killed_and_started_while_messages_flow(
    people: People, clients: Clients, own_redis: OwnRedis, number: int
) -> None:
    student, tutor = people.student(), people.tutor()
    conversation = open_conversation(student, tutor)
    sockets = [clients.open((student, tutor)[place % 2], conversation) for place in range(SENDERS)]
    total, progress, read = SENDERS * number, Progress(), list[list[str]]()
    points = [total * part // 10 for part in (1, 3, 5, 6, 7, 8)]
    work: list[Callable[[], None]] = [
        partial(send_all, socket, str(place), number, progress) for place, socket in enumerate(sockets)
    ]
    work.append(partial(read_along, tutor, conversation, progress, total, read))
    with ThreadPoolExecutor(1) as sending:
        sent = sending.submit(at_once, *work)
        # In this thread: an engine ends with the thread that started it.
        kill_and_start(own_redis, progress, points)
        sent.result()

    rows = query("SELECT seq, body FROM messages ORDER BY seq")
    truth = [body for _seq, body in rows]
    assert [seq for seq, _body in rows] == list(range(1, total + 1))
    assert Counter(truth) == Counter(f"{place}-{turn}" for place in range(SENDERS) for turn in range(number))
    for socket in sockets:
        assert Counter(socket.bodies) == Counter(truth)
    for _turn in ("rebuilt", "from the window"):
        assert [message["body"] for message in list_messages(student, conversation)] == truth[-500:]
    window: Any = redis_client().xrevrange(f"chat:{conversation}", count=500)
    entries = [entry_id.decode() for entry_id, _values in window]
    assert entries == [f"{seq}-0" for seq in range(total, max(0, total - 500), -1)]
    for bodies in read:
        end = truth.index(bodies[-1]) + 1 if bodies else 0
        assert bodies == truth[max(0, end - 500) : end]


def test_a_hanging_redis_delays_messages_only_briefly(people: People, clients: Clients, own_redis: OwnRedis) -> None:
    """Stopped, not dead: connections open and nothing answers."""
    student = people.student()
    conversation = open_conversation(student, people.tutor())
    socket = clients.open(student, conversation)
    socket.send_message("przed")
    own_redis.engine.process.send_signal(signal.SIGSTOP)
    try:
        started = time.monotonic()
        for number in range(10):
            socket.send_message(str(number))
        assert len(list_messages(student, conversation)) == 11
        # Half a second of waiting for each second of the circuit breaker, plus the test's own work.
        assert time.monotonic() - started < 5
    finally:
        own_redis.engine.process.send_signal(signal.SIGCONT)
    assert len(socket.frames) == 11
