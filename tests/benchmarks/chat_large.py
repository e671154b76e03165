"""Chat of many: 5,000 sockets in one process, and two worker processes over one.

Run alone, on few tutors: python -m tests.benchmarks.chat_large. The load generator needs processors of its own: with
only two, the results are too bad rather than too good.
"""

import asyncio
import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import uvloop

from local.gateway.gathered import PAUSE_SECONDS
from tests.benchmarks.chat import FRAME
from tests.benchmarks.chat_devices import PAIRS, close, hear, open_pairs, rate, talks
from tests.benchmarks.floods import memory
from tests.benchmarks.load import Load
from tests.benchmarks.report import Figure, report
from tests.benchmarks.server import FEW_TUTORS, BenchServer, end, free_port, running_bench_server, serve
from tests.benchmarks.socket_client import SocketClient, open_socket
from tests.support.conversations import add_conversation
from tests.support.people import People, Person

USERS, CONVERSATIONS_EACH = 500, 10
# Pairs of sockets opened at the same time.
AT_ONCE = 20
MESSAGES_A_SECOND, SECONDS = 500.0, 10.0
ROUNDS, ROUND_SECONDS = 5, 2.0
# With fewer processors, the load generator takes the second worker's.
ENOUGH_PROCESSORS = 4


def figures() -> Iterator[Figure]:
    """Figures from a separate test stand, whose server may open as many files as the system allows."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with running_bench_server(FEW_TUTORS) as stand:
        yield from many_sockets(stand)
        yield two_workers(stand)


def many_sockets(stand: BenchServer) -> list[Figure]:
    paths = conversations()
    before = memory(stand.process)
    load, after = uvloop.run(among_many(stand, paths))
    sockets = 2 * len(paths)
    each = (after - before) * 1024 / sockets
    name = f"chat: {sockets:,} sockets of {USERS} users"
    p99 = load.percentile(0.99) * 1000
    detail = f"median {load.percentile(0.5) * 1000:.1f} ms, {load.rate:.0f}/s"
    return [
        Figure(f"{name}, kB each", each, at_most=40),
        Figure(f"{name}, p99 at {MESSAGES_A_SECOND:.0f}/s, ms", p99, at_most=50, detail=detail),
    ]


def conversations() -> list[tuple[str, str]]:
    """The socket paths of both members of the conversations that each user has with others."""
    people = People()
    users = [people.student(email=f"many{number}@example.com") for number in range(USERS)]
    return [
        (path(talk, one), path(talk, other))
        for number, one in enumerate(users)
        for step in range(1, CONVERSATIONS_EACH // 2 + 1)
        for other in (users[(number + step) % USERS],)
        for talk in (add_conversation(one, other),)
    ]


def path(conversation: UUID, person: Person) -> str:
    return f"/ws/chat/{conversation}/?token={person.access}&protocol=2"


async def among_many(stand: BenchServer, paths: list[tuple[str, str]]) -> tuple[Load, float]:
    """Send messages at a fixed rate in random conversations; also returns the server's MB with all sockets open."""
    pairs: list[tuple[SocketClient, SocketClient]] = []
    for start in range(0, len(paths), AT_ONCE):
        some = [open_socket(stand.port, each) for pair in paths[start : start + AT_ONCE] for each in pair]
        opened = await asyncio.gather(*some)
        pairs += zip(opened[::2], opened[1::2], strict=True)
    after = memory(stand.process)
    latencies: list[float] = []
    # Each conversation has at most one message in flight.
    order = random.Random(7).sample(range(len(pairs)), len(pairs))
    started = time.perf_counter()

    async def say(number: int) -> None:
        due = started + number / MESSAGES_A_SECOND
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        sender, reader = pairs[order[number % len(pairs)]]
        sender.send(FRAME)
        await hear(sender)
        await hear(reader)
        latencies.append(time.perf_counter() - due)

    await asyncio.gather(*(say(number) for number in range(int(MESSAGES_A_SECOND * SECONDS))))
    took = time.perf_counter() - started
    close(pairs)
    return Load(took, sorted(latencies), 0), after


def two_workers(stand: BenchServer) -> Figure:
    """Messages a second of two processes over those of one, measured in turn."""
    people = People()
    paths = [(talk.path(talk.sender), talk.path(talk.reader)) for talk in talks(people, PAIRS * 2)]
    rounds = []
    with workers(stand, 2) as two:
        for _ in range(ROUNDS):
            one_rate, two_rate = (uvloop.run(rate_at(port, paths)) for port in (stand.port, two))
            rounds.append((two_rate / one_rate, two_rate, one_rate))
    ratio, two_rate, one_rate = sorted(rounds)[ROUNDS // 2]
    processors = os.cpu_count() or 1
    is_shown = processors >= ENOUGH_PROCESSORS
    detail = f"{two_rate:.0f}/s over {one_rate:.0f}/s"
    if not is_shown:
        detail += f"; {processors} processors, which the load generator shares: no target"
    return Figure("chat: two workers over one", ratio, at_least=1.7 if is_shown else None, detail=detail)


async def rate_at(port: int, paths: list[tuple[str, str]]) -> float:
    pairs = await open_pairs(port, paths)
    said = await rate(pairs, ROUND_SECONDS)
    close(pairs)
    # Wait: this server's delayed events would go to these users' next sockets, and it would consider the other server's
    # sockets gone.
    await asyncio.sleep(2 * PAUSE_SECONDS)
    return said


@contextmanager
def workers(stand: BenchServer, number: int) -> Iterator[int]:
    """Run another server on the same engines with `number` processes; yields its port."""
    port = free_port()
    folder = stand.folder / "workers"
    environment = {"PORT": str(port), "DATA": str(folder), "DEMO": "0", "WORKERS": str(number)}
    server = serve({"DATABASE_URL": stand.database_url, "REDIS_URL": stand.redis_url, **environment}, port)
    try:
        yield port
    finally:
        end(server)


if __name__ == "__main__":
    sys.exit(report(figures()))
