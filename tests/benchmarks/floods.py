"""How two users flooding 20 sockets each affect other users: `python -m tests.benchmarks.floods`.

The flood is a separate process that reopens a socket 100 ms after it was closed. Measured with and without rate limits,
for every kind of frame. Not part of `make bench`: it takes three minutes and needs a quiet machine.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import uvloop

from shared.kit.db.pool import close_pool
from tests.benchmarks.load import connect, prepare
from tests.benchmarks.report import Figure
from tests.benchmarks.server import ROOT, BenchServer, running_bench_server
from tests.benchmarks.socket_client import SocketClient, open_socket
from tests.support.conversations import add_conversation
from tests.support.flood import KINDS
from tests.support.people import People, Person

SECONDS, SOCKETS = 10.0, 20
# After this time, everything should be as before the flood.
LATER = 1.0
MOST_HTTP, MOST_MESSAGES, MOST_MEMORY = 100, 200, 50
PAUSE = 0.01
# The watcher's own messages stay within the rate limit.
MESSAGE_PAUSE = 0.05
FRAME = json.dumps({"event": "chat_message", "data": {"body": "Dzień dobry"}}).encode()


@dataclass
class Watched:
    """Milliseconds of reads and of messages."""

    reads: list[float] = field(default_factory=list)
    messages: list[float] = field(default_factory=list)


class Watcher:
    """Another user, who reads and writes all the time."""

    def __init__(self, stand: BenchServer, path: str) -> None:
        self.stand, self.path = stand, path

    async def watch(self, flood: Awaitable[object]) -> Watched:
        """Measure reads and messages until the flood has ended."""
        found, ended = Watched(), asyncio.ensure_future(flood)
        client, socket = await connect(self.stand.port), await open_socket(self.stand.port, self.path)
        request = prepare("/health/live")
        await asyncio.gather(
            repeat(lambda: client.ask(request), found.reads, PAUSE, ended),
            repeat(lambda: say(socket), found.messages, MESSAGE_PAUSE, ended),
        )
        socket.close()
        return found


async def repeat(
    ask: Callable[[], Awaitable[object]], took: list[float], pause: float, until: asyncio.Future[object]
) -> None:
    while not until.done():
        started = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(pause)


async def say_once(port: int, path: str) -> None:
    socket = await open_socket(port, path)
    await say(socket)
    socket.close()


async def say(socket: SocketClient) -> None:
    socket.send(FRAME)
    await socket.received.get()


def p99(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]


def memory(process: int) -> float:
    """A process's resident memory in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def path(conversation: UUID, person: Person) -> str:
    return f"/ws/chat/{conversation}/?token={person.access}"


def measure(stand: BenchServer, people: People, kind: str, limits: str) -> list[Figure]:
    adam, ola = people.tutor(), people.student()
    flooding = [people.student(), people.student()]
    paths = [path(add_conversation(each, adam), each) for each in flooding]
    conversation = add_conversation(ola, adam)
    # Without an answer, a user may send only a limited number of messages.
    uvloop.run(say_once(stand.port, path(conversation, adam)))
    watcher = Watcher(stand, path(conversation, ola))
    uvloop.run(watcher.watch(asyncio.sleep(1)))
    before = memory(stand.process)
    during = uvloop.run(watcher.watch(flood(stand.port, kind, paths)))
    time.sleep(LATER)
    after = uvloop.run(watcher.watch(asyncio.sleep(2)))
    time.sleep(LATER)
    name = f"flood of {kind}, limits {limits}:"
    return [
        Figure(f"{name} /health/live p99, ms", p99(during.reads), at_most=MOST_HTTP),
        Figure(f"{name} others' messages p99, ms", p99(during.messages), at_most=MOST_MESSAGES),
        Figure(f"{name} /health/live p99 {LATER:.0f} s later, ms", p99(after.reads), at_most=MOST_HTTP),
        Figure(f"{name} messages p99 {LATER:.0f} s later, ms", p99(after.messages), at_most=MOST_MESSAGES),
        Figure(f"{name} memory kept, MB", memory(stand.process) - before, at_most=MOST_MEMORY),
    ]


async def flood(port: int, kind: str, paths: list[str]) -> None:
    addresses = [f"ws://127.0.0.1:{port}{each}" for each in paths]
    command = ["-m", "tests.support.flood", str(SECONDS), str(SOCKETS), kind, *addresses]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, stdout=subprocess.DEVNULL)
    await process.wait()


def main() -> None:
    met = True
    for limits in ("on", "off"):
        with running_bench_server(1, rate_limits=limits == "on") as stand:
            people = People()
            for kind in sys.argv[1:] or KINDS:
                for figure in measure(stand, people, kind, limits):
                    sys.stdout.write(f"{figure.row()}\n")
                    sys.stdout.flush()
                    met &= figure.met
            # The next test stand has another database.
            close_pool()
    sys.exit(not met)


if __name__ == "__main__":
    main()
