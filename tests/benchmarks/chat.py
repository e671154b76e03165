"""Chat: messages stored and delivered to both sides, against a bare handler on the same server.

Run alone, on few tutors: python -m tests.benchmarks.chat
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import uvloop

from tests.benchmarks.load import Load
from tests.benchmarks.report import Figure, report
from tests.benchmarks.server import FEW_TUTORS, ROOT, BenchServer, end, free_port, running_bench_server
from tests.benchmarks.socket_client import SocketClient, open_socket
from tests.benchmarks.tail import tail
from tests.support.people import People

PAIRS = 16
SECONDS = 4.0
ROUNDS = 3
BODY = "Dzień dobry, czy moglibyśmy przełożyć zajęcia na czwartek po południu? Pozdrawiam."
FRAME = json.dumps({"event": "chat_message", "data": {"body": BODY}}, ensure_ascii=False).encode()


@dataclass
class Pair:
    """Two sockets of one conversation; a message is delivered when both have it."""

    sender: SocketClient
    reader: SocketClient

    async def say(self) -> float:
        """Send one message and wait for it on both sides; returns the seconds it took."""
        said = time.perf_counter()
        self.sender.send(FRAME)
        await self.sender.received.get()
        await self.reader.received.get()
        return time.perf_counter() - said


def measure(stand: BenchServer) -> list[Figure]:
    paths = conversations()
    with bare_server(stand) as bare_port:
        rooms = [(f"/room{number}", f"/room{number}") for number in range(PAIRS)]
        rounds = []
        for _ in range(ROUNDS):
            limit = uvloop.run(closed_loop(bare_port, rooms))
            load = uvloop.run(closed_loop(stand.port, paths))
            rounds.append((load.rate / limit.rate, load.rate, limit.rate))
        ratio, rate, limit_rate = sorted(rounds)[ROUNDS // 2]
        p99, tails = tail(
            lambda seconds: uvloop.run(paced(stand.port, paths, rate / 3, seconds)),
            lambda seconds: uvloop.run(paced(bare_port, rooms, rate / 3, seconds)),
            "the bare handler",
        )
    return [
        Figure(
            "chat: messages/s over the bare handler",
            ratio,
            at_least=0.85,
            floor=0.6,
            detail=f"{rate:.0f}/s over {limit_rate:.0f}/s",
        ),
        Figure("chat: p99 at a third of the load, ms", p99, at_most=15, floor=15, detail=tails),
    ]


def conversations() -> list[tuple[str, str]]:
    """The socket paths of both members of PAIRS conversations."""
    from functions.chat.data.conversations import add_conversation
    from shared.kit.db.pool import connection

    people, paths = People(), []
    for _ in range(PAIRS):
        student, tutor = people.student(), people.tutor()
        with connection() as db:
            conversation = add_conversation(db, student.id, tutor.id)
        path = f"/ws/chat/{conversation}/?token="
        paths.append((path + student.access, path + tutor.access))
    return paths


@contextmanager
def bare_server(stand: BenchServer) -> Iterator[int]:
    with psycopg.connect(stand.database_url, autocommit=True) as db:
        db.execute(
            "CREATE TABLE IF NOT EXISTS bare "
            "(id uuid PRIMARY KEY, room text, body text, created_at timestamptz DEFAULT now())"
        )
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": stand.database_url, "REDIS_URL": stand.redis_url}
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.bare_chat", str(port)], env=environment, cwd=ROOT
    )
    try:
        uvloop.run(_wait_for(port))
        yield port
    finally:
        end(server)


async def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            (await open_socket(port, "/probe")).close()
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return
    raise TimeoutError("the bare server did not start")


async def closed_loop(port: int, paths: list[tuple[str, str]]) -> Load:
    """Every pair sends its next message once both sockets have received the last one."""
    pairs = await _open(port, paths)
    await asyncio.gather(*(pair.say() for pair in pairs))
    latencies: list[float] = []
    started = time.perf_counter()

    async def talk(pair: Pair) -> None:
        while time.perf_counter() - started < SECONDS:
            latencies.append(await pair.say())

    await asyncio.gather(*(talk(pair) for pair in pairs))
    took = time.perf_counter() - started
    _close(pairs)
    return Load(took, sorted(latencies), 0)


async def paced(port: int, paths: list[tuple[str, str]], rate: float, seconds: float) -> Load:
    """Messages are due at a fixed rate, from the pairs in turn; latency includes waiting."""
    pairs = await _open(port, paths)
    latencies: list[float] = []
    started = time.perf_counter()

    async def talk(place: int, pair: Pair) -> None:
        for number in range(place, int(rate * seconds), len(pairs)):
            due = started + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await pair.say()
            latencies.append(time.perf_counter() - due)

    await asyncio.gather(*(talk(place, pair) for place, pair in enumerate(pairs)))
    took = time.perf_counter() - started
    _close(pairs)
    return Load(took, sorted(latencies), 0)


async def _open(port: int, paths: list[tuple[str, str]]) -> list[Pair]:
    return [Pair(await open_socket(port, one), await open_socket(port, other)) for one, other in paths]


def _close(pairs: list[Pair]) -> None:
    for pair in pairs:
        pair.sender.close()
        pair.reader.close()


def main() -> None:
    with running_bench_server(FEW_TUTORS) as stand:
        sys.exit(report(measure(stand)))


if __name__ == "__main__":
    main()
