"""A lean HTTP load generator: prepared requests over kept-alive sockets, on uvloop; or wrk, if installed."""

import asyncio
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import uvloop

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length: "


@dataclass(frozen=True)
class Load:
    """The result of a run. Latencies are in seconds, sorted."""

    seconds: float
    latencies: Sequence[float]
    errors: int

    @property
    def rate(self) -> float:
        """Responses per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))]


class _Client(asyncio.Protocol):
    """One connection with one request in flight at a time."""

    def __init__(self) -> None:
        self.buffer = b""
        self.answered: asyncio.Future[bytes] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head_end = self.buffer.find(HEAD_END)
        if head_end < 0:
            return
        start = self.buffer.find(LENGTH) + len(LENGTH)
        length = int(self.buffer[start : self.buffer.find(b"\r", start)])
        if len(self.buffer) - head_end - len(HEAD_END) >= length and self.answered is not None:
            answer, self.buffer = self.buffer, b""
            self.answered.set_result(answer)

    async def ask(self, request: bytes) -> bytes:
        assert self.transport is not None
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.answered


def prepare(path: str, *, from_copies: bool = False) -> bytes:
    """Prepare a request, answered anew or from the server's cache of public reads."""
    return f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{_wanted(from_copies=from_copies)}\r\n\r\n".encode()


def _wanted(*, from_copies: bool) -> str:
    return "accept: */*" if from_copies else "cache-control: no-cache"


def most_rate(port: int, path: str, *, clients: int, seconds: int, from_copies: bool = False) -> float:
    """Responses per second to clients that send the next request as soon as they get a response.

    Uses wrk if installed: on two processors, a generator in Python takes processor time from the server.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        load = closed_loop(port, [prepare(path, from_copies=from_copies)], clients=clients, seconds=seconds)
        assert not load.errors, f"{load.errors} errors"
        return load.rate
    asked = [f"-c{clients}", f"-d{seconds}", "-H", _wanted(from_copies=from_copies)]
    done = subprocess.run(
        [wrk, "-t1", *asked, f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True, text=True
    )
    rate = re.search(r"^Requests/sec: +([\d.]+)", done.stdout, re.MULTILINE)
    assert rate, done.stdout
    assert "Non-2xx" not in done.stdout, done.stdout
    assert "Socket errors" not in done.stdout, done.stdout
    return float(rate[1])


def closed_loop(port: int, requests: Sequence[bytes], *, clients: int, seconds: float) -> Load:
    """Each client sends the next request as soon as it gets a response."""
    return uvloop.run(_closed_loop(port, requests, clients, seconds))


async def _closed_loop(port: int, requests: Sequence[bytes], clients: int, seconds: float) -> Load:
    latencies: list[float] = []
    errors = 0
    started = time.perf_counter()
    deadline = started + seconds

    async def run(offset: int) -> None:
        nonlocal errors
        client = await connect(port)
        turn = offset
        while (asked := time.perf_counter()) < deadline:
            answer = await client.ask(requests[turn % len(requests)])
            latencies.append(time.perf_counter() - asked)
            errors += not answer.startswith(b"HTTP/1.1 200")
            turn += clients

    await asyncio.gather(*(run(offset) for offset in range(clients)))
    return Load(time.perf_counter() - started, sorted(latencies), errors)


def paced(port: int, requests: Sequence[bytes], *, rate: float, clients: int, seconds: float) -> Load:
    """Requests are sent at a fixed rate; latency is measured from when a request was due, so it includes waiting."""
    return uvloop.run(_paced(port, requests, rate, clients, seconds))


async def _paced(port: int, requests: Sequence[bytes], rate: float, clients: int, seconds: float) -> Load:
    latencies: list[float] = []
    errors = 0
    started = time.perf_counter()
    total = int(rate * seconds)
    numbers = iter(range(total))

    async def run() -> None:
        nonlocal errors
        client = await connect(port)
        for number in numbers:
            due = started + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            answer = await client.ask(requests[number % len(requests)])
            latencies.append(time.perf_counter() - due)
            errors += not answer.startswith(b"HTTP/1.1 200")

    await asyncio.gather(*(run() for _ in range(clients)))
    return Load(time.perf_counter() - started, sorted(latencies), errors)


async def connect(port: int) -> _Client:
    _transport, client = await asyncio.get_running_loop().create_connection(_Client, "127.0.0.1", port)
    return client
