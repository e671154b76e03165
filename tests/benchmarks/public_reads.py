"""Public reads: the list of skills, bytes on the wire, and cached copies at the edge."""

import asyncio
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from shared.kit.http.app import http_app
from shared.kit.http.compression import Compression
from shared.kit.http.middleware import App
from tests.benchmarks.load import most_rate
from tests.benchmarks.report import Figure
from tests.benchmarks.search import PATH, QUERY, TUTOR
from tests.benchmarks.server import ROOT, BenchServer, end, free_port
from tests.support.conversations import add_conversation, add_messages
from tests.support.people import People
from tools.cloud.edge_cache import CachePolicy, Copies

SKILLS = "/api/user/tutor/skills/"
READS = (f"{PATH}?{QUERY}", f"/api/user/tutor/details/{TUTOR}/", SKILLS, f"/api/user/tutor/reviews/{TUTOR}/")
CLIENTS, SECONDS, ROUNDS = 8, 2, 3
REPEATS = 200
# As in infra/stacks/edge.yaml; the figures do not depend on it.
POLICY = CachePolicy(headers=(b"authorization", b"origin"), encodings=("br", "gzip"), default_ttl=0, max_ttl=5)


def measure(stand: BenchServer) -> list[Figure]:
    return [*_over_hello(stand), *_bytes(stand), _copies()]


def _over_hello(stand: BenchServer) -> Iterator[Figure]:
    """Requests/s over a bare ASGI app that says hello, on the same server with the same protocol."""
    with bare_hello() as port:
        for name, path, from_copies, at_least in (
            ("skills", SKILLS, False, None),
            ("skills from the server's copies", SKILLS, True, 0.7),
            ("search from the server's copies", READS[0], True, None),
        ):
            rounds = []
            for _ in range(ROUNDS):
                limit = most_rate(port, "/", clients=CLIENTS, seconds=SECONDS)
                rate = most_rate(stand.port, path, clients=CLIENTS, seconds=SECONDS, from_copies=from_copies)
                rounds.append((rate / limit, f"{rate:.0f}/s over {limit:.0f}/s"))
            ratio, detail = sorted(rounds)[ROUNDS // 2]
            yield Figure(f"{name}: requests/s over a bare ASGI hello", ratio, at_least=at_least, detail=detail)


@contextmanager
def bare_hello() -> Iterator[int]:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.bare_hello", str(port)], cwd=ROOT, env=os.environ
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/"):
                    break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield port
    finally:
        end(server)


def _bytes(stand: BenchServer) -> list[Figure]:
    """The bytes of a response body as a browser requests it, over those without compression."""
    people = People()
    student, tutor = people.student(email="reads@example.com"), people.tutor(email="read@prz.edu.pl")
    talk = add_conversation(student, tutor)
    add_messages(talk, student, *(f"Dzień dobry, czy w czwartek o {n} ma Pan wolne?" for n in range(100)))
    asked = {
        "a page of search": f"{PATH}?{QUERY}",
        "a history of 100": f"/api/chat/conversation_detail/{talk}/?number_of_last_messages=100",
        "the schema": "/api/schema/",
    }
    figures = []
    for name, path in asked.items():
        plain, packed = (_length(stand, path, student.access, encoding) for encoding in ("identity", "zstd, br, gzip"))
        detail = f"{packed:,} of {plain:,}"
        figures.append(Figure(f"bytes on the wire: {name}", packed / plain, at_most=0.25, floor=1, detail=detail))
    return figures


def _length(stand: BenchServer, path: str, access: str, encoding: str) -> int:
    headers = {"Authorization": f"Bearer {access}", "Accept-Encoding": encoding}
    request = urllib.request.Request(f"http://127.0.0.1:{stand.port}{path}", headers=headers)
    with urllib.request.urlopen(request) as answer:
        return len(answer.read())


def _copies() -> Figure:
    """The processor time of a read from the edge cache (`tools.cloud.edge_cache`) over that of a full response.

    On AWS a cached copy needs no function call and no statement; this is the cost of the emulated edge.
    """
    from functions.reviews.routes import reviews
    from functions.tutors.api.routers import ROUTERS as TUTORS

    app = Compression(http_app(*TUTORS, reviews))
    edge = Copies()

    async def copied(scope: Any, receive: Any, send: Any) -> None:
        await edge.answer(app, POLICY, scope, receive, send)

    shares = [_processor_time(copied, path) / _processor_time(app, path) for path in READS]
    detail = ", ".join(f"{share:.3f}" for share in shares) + " of search, details, skills and reviews"
    return Figure("repeat view from a copy: processor time over an answer's", max(shares), at_most=0.2, detail=detail)


def _processor_time(app: App, path: str) -> float:
    """The processor time in seconds per request of many in one process, including its threads but not the engines."""
    target, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": "GET",
        "path": target,
        "raw_path": target.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost"), (b"accept-encoding", b"gzip")],
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        assert message.get("status", 200) == 200, message

    async def ask_all(repeats: int) -> float:
        started = time.process_time()
        for _ in range(repeats):
            await app(dict(scope), receive, send)
        took: float = time.process_time() - started
        return took / repeats

    def run(ask: Callable[[int], Coroutine[Any, Any, float]]) -> float:
        with asyncio.Runner() as runner:
            runner.run(ask(10))
            return min(runner.run(ask(REPEATS)) for _ in range(ROUNDS))

    return run(ask_all)
