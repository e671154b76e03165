"""Chat: the cost of a person's other devices, unread counts and receipts, and Redis memory of idle conversations.

Run alone, on few tutors: python -m tests.benchmarks.chat_devices
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import redis
import uvloop

from functions.chat.actions.tickets import create_ticket
from tests.benchmarks.chat import FRAME
from tests.benchmarks.report import Figure, report
from tests.benchmarks.server import FEW_TUTORS, BenchServer, running_bench_server
from tests.benchmarks.socket_client import SocketClient, open_socket
from tests.support.conversations import add_conversation
from tests.support.people import People, Person

# In each turn, every reader marks messages as read once.
PAIRS, TURNS, TURN_SECONDS = 16, 20, 1.0
DEVICES, MESSAGES = 8, 200
# Idle conversations, and messages in each.
AT_REST, SAID = 100, 20
# Indexes of fields after the process name in /proc/<process>/stat (man 5 proc_pid_stat).
USER_TIME, SYSTEM_TIME = 11, 12
STORED = b'"message_stored"'
NAMES = iter(range(1_000_000))
Pair = tuple[SocketClient, SocketClient]


@dataclass(frozen=True)
class Talk:
    """A conversation of two people."""

    sender: Person
    reader: Person
    conversation: str

    def path(self, person: Person, protocol: int = 2) -> str:
        return f"/ws/chat/{self.conversation}/?token={person.access}&protocol={protocol}"


def talks(people: People, number: int) -> list[Talk]:
    made = []
    for _ in range(number):
        sender, reader = (people.student(email=f"device{next(NAMES)}@example.com") for _ in range(2))
        made.append(Talk(sender, reader, str(add_conversation(sender, reader))))
    return made


def user_path(person: Person) -> str:
    ticket = create_ticket(person.id, person.session_id)
    assert ticket is not None
    return f"/ws/user/?ticket={ticket[0]}"


async def hear(client: SocketClient) -> bytes:
    """Wait for the next message; other events are skipped."""
    while STORED not in (frame := await client.received.get())[:40]:
        pass
    return frame


def read(client: SocketClient, frame: bytes) -> None:
    """Mark messages up to this one as read."""
    data = {name: json.loads(frame)["data"][name] for name in ("conversation", "seq")}
    client.send(json.dumps({"event": "mark_read", "data": data}).encode())


async def say(sender: SocketClient, readers: list[SocketClient]) -> float:
    """Seconds until the sender and all readers have a message."""
    said = time.perf_counter()
    sender.send(FRAME)
    for each in (sender, *readers):
        await hear(each)
    return time.perf_counter() - said


def measure(stand: BenchServer) -> list[Figure]:
    people = People()
    return [uvloop.run(fan_out(stand.port, people)), unread_counts(stand, people), at_rest(stand, people)]


async def fan_out(port: int, people: People) -> Figure:
    """A message to one device and to eight, in turn."""
    [few, many] = talks(people, 2)
    sides = []
    for talk, devices in ((few, 1), (many, DEVICES)):
        readers = [await open_socket(port, user_path(talk.reader)) for _ in range(devices)]
        sides.append((await open_socket(port, talk.path(talk.sender)), readers))
    took: list[list[float]] = [[], []]
    for _ in range(MESSAGES):
        for place, (sender, readers) in enumerate(sides):
            took[place].append(await say(sender, readers) * 1000)
    for sender, readers in sides:
        for each in (sender, *readers):
            each.close()
    one, eight = map(median, took)
    detail = f"{eight:.1f} ms to {DEVICES} devices, {one:.1f} ms to one"
    return Figure(f"chat: {DEVICES} devices over one, ms", eight - one, at_most=2, detail=detail)


def unread_counts(stand: BenchServer, people: People) -> Figure:
    """Message rates with readers who get unread counts and send receipts, over rates without, in short turns."""
    plain, counted = uvloop.run(in_turn(stand, talks(people, PAIRS), talks(people, PAIRS)))
    ratio = median(one.rate / other.rate for one, other in zip(counted, plain, strict=True))
    detail = f"{told(counted)}, without {told(plain)}"
    return Figure("chat: messages/s with unread counts and receipts over without", ratio, at_least=0.95, detail=detail)


@dataclass(frozen=True)
class Turn:
    """Messages a second, and the server's processor time for each in microseconds."""

    rate: float
    cost: float


def told(turns: list[Turn]) -> str:
    return f"{median(each.rate for each in turns):.0f}/s of {median(each.cost for each in turns):.0f} µs of the server"


async def in_turn(stand: BenchServer, without: list[Talk], counting: list[Talk]) -> tuple[list[Turn], list[Turn]]:
    """All sockets stay open and turns are short, so that other load on the machine affects both sides alike."""
    plain = await open_pairs(stand.port, [(talk.path(talk.sender), talk.path(talk.reader)) for talk in without])
    counted = await open_pairs(stand.port, [(talk.path(talk.sender), user_path(talk.reader)) for talk in counting])
    turns: tuple[list[Turn], list[Turn]] = ([], [])
    for number in range(TURNS):
        for side in (0, 1) if number % 2 else (1, 0):
            used = processor_seconds(stand.process)
            said = await rate((plain, counted)[side], TURN_SECONDS, reads=bool(side))
            cost = (processor_seconds(stand.process) - used) / (said * TURN_SECONDS)
            turns[side].append(Turn(said, cost * 1e6))
    close(plain + counted)
    return turns


def processor_seconds(process: int) -> float:
    """The processor time a process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[USER_TIME]) + int(fields[SYSTEM_TIME])) / os.sysconf("SC_CLK_TCK")


async def open_pairs(port: int, paths: list[tuple[str, str]]) -> list[Pair]:
    return [(await open_socket(port, one), await open_socket(port, other)) for one, other in paths]


def close(pairs: list[Pair]) -> None:
    for each in (client for pair in pairs for client in pair):
        each.close()


async def rate(pairs: list[Pair], seconds: float, *, reads: bool = False) -> float:
    """Messages a second; a pair sends the next once both have the last. With `reads`, each reader sends one receipt."""
    started, said = time.perf_counter(), 0

    async def talk(place: int, sender: SocketClient, reader: SocketClient) -> None:
        nonlocal said
        reads_at = started + seconds * place / len(pairs) if reads else started + seconds
        while (now := time.perf_counter()) - started < seconds:
            sender.send(FRAME)
            await hear(sender)
            heard = await hear(reader)
            said += 1
            if now >= reads_at:
                reads_at = started + seconds
                read(reader, heard)

    await asyncio.gather(*(talk(place, *pair) for place, pair in enumerate(pairs)))
    return said / (time.perf_counter() - started)


def at_rest(stand: BenchServer, people: People) -> Figure:
    """The Redis memory of a conversation whose members have left."""
    made = talks(people, AT_REST)
    before = used_memory(stand)
    uvloop.run(talk_and_leave(stand.port, made))
    kilobytes = (used_memory(stand) - before) / AT_REST / 1024
    return Figure("chat: Redis memory of a conversation at rest, kB", kilobytes, detail=f"{SAID} messages said")


async def talk_and_leave(port: int, made: list[Talk]) -> None:
    for talk in made:
        sender, reader = [await open_socket(port, talk.path(each)) for each in (talk.sender, talk.reader)]
        for _ in range(SAID):
            await say(sender, [reader])
        sender.close()
        reader.close()


def used_memory(stand: BenchServer) -> int:
    with redis.Redis.from_url(stand.redis_url) as server:
        return int(server.info("memory")["used_memory"])


def main() -> None:
    with running_bench_server(FEW_TUTORS) as stand:
        sys.exit(report(measure(stand)))


if __name__ == "__main__":
    main()
