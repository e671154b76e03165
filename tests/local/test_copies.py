"""Copies of public reads in the server's own process, by the same rules as at the edge."""

import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from local.copies import BYTES_BESIDE, Copies
from local.monitoring.figures import Figures
from local.monitoring.observer import FOUND, Observer
from local.options import read_options
from shared.kit.http.compression import Compression
from shared.kit.http.fast_routes import SHARED, SHARED_SECONDS, says_who_asks
from shared.kit.http.middleware import NO_STORE, Headers, Heads, Receive, Scope, Send, respond
from tests.local.test_production import SAFE
from tests.support.asgi_client import AsgiClient
from tests.support.event_loops import run

PATH = "/api/user/tutor/search/"
ROUTE = SimpleNamespace(path_format=PATH)


class Process:
    """A server process whose app returns a new number for each request."""

    def __init__(self, max_bytes: int = 1_000_000) -> None:
        self.now = 0.0
        self.status = 200
        self.padding = 1000
        self.numbers: Iterator[int] = itertools.count(1)
        self.copies = Copies(Compression(self.answer), max_bytes, lambda: self.now)
        self.figures = Figures(dict)
        self.observer = Observer(self.copies, self.answer, self.figures, None, ())

    async def answer(self, scope: Scope, _receive: Receive, send: Send) -> None:
        # As the router sets it.
        scope[FOUND].append({**scope, "route": ROUTE})
        body = f"{next(self.numbers)} {'x' * self.padding}".encode()
        headers: Headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        headers += [NO_STORE] if says_who_asks(scope) else SHARED if self.status == 200 else []
        await respond(send, self.status, headers, body)

    async def _ask(self, path: str, method: str, host: str, headers: dict[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.observer), base_url=host) as client:
            return await client.request(method, path, headers=headers)

    def ask(self, path: str = PATH, method: str = "GET", host: str = "http://one", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return run(self._ask(path, method, host, {"accept-encoding": "identity", **named}))

    def number(self, path: str = PATH, **asked: Any) -> int:
        return int(self.ask(path, **asked).text.split()[0])


@pytest.fixture
def process() -> Process:
    return Process()


def test_a_response_is_reused_for_five_seconds_and_no_longer(process: Process) -> None:
    first = process.ask()
    process.now = SHARED_SECONDS - 0.1
    repeated = process.ask()
    assert (repeated.text, repeated.headers["age"], "age" in first.headers) == (first.text, "4", False)
    assert [name for name in repeated.headers if name != "age"] == [*first.headers]
    process.now = SHARED_SECONDS
    assert [process.number(), process.number()] == [2, 2]


@pytest.mark.parametrize("header", ["authorization", "cookie", "cache-control", "pragma"])
def test_requests_with_credentials_or_no_cache_neither_get_nor_leave_a_copy(process: Process, header: str) -> None:
    assert process.number() == 1
    assert [process.number(**{header: "no-cache"}) for _ in range(2)] == [2, 3]
    assert process.number() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"origin": "https://other.example"},
        {"host": "http://two"},
        {"host": "https://one"},
        {"accept_encoding": "gzip"},
        {"path": f"/v2{PATH}"},
        {"path": f"{PATH}?page_size=2"},
        {"path": "/api/user/tutor/details/1/"},
    ],
)
def test_copies_differ_by_everything_a_response_depends_on(process: Process, other: dict[str, str]) -> None:
    assert process.number() == 1
    assert [process.number(**other), process.number(**other), process.number()] == [2, 2, 1]


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_only_get_requests_are_answered_from_copies(process: Process, method: str) -> None:
    assert process.number() == 1
    process.ask(method=method)
    assert (next(process.numbers), process.number()) == (3, 1)


def test_a_head_request_is_answered_from_copies_like_a_get(process: Process) -> None:
    heads = AsgiClient(Observer(Heads(process.copies), process.answer, process.figures, None, ()))
    assert process.number() == 1
    answer = heads.request("HEAD", f"http://one{PATH}", headers={"accept-encoding": "identity"})
    assert (answer.content, answer.headers["age"], next(process.numbers)) == (b"", "0", 2)


def test_errors_and_other_paths_are_not_copied(process: Process) -> None:
    process.status = 404
    assert [process.number(), process.number()] == [1, 2]
    process.status = 200
    assert [process.number("/api/chat/"), process.number("/api/chat/")] == [3, 4]


def test_every_response_has_its_own_id_and_is_counted_by_route(process: Process) -> None:
    ids = [process.ask().headers.get_list("x-request-id") for _ in range(3)]
    assert all(len(each) == 1 for each in ids)
    assert len({each[0] for each in ids}) == 3
    process.observer.write()
    assert [sum(numbers[:-1]) for labels, numbers in process.figures.requests.items() if labels[1] == PATH] == [3]


def test_a_compressed_copy_equals_the_first_response(process: Process) -> None:
    first, repeated = (process.ask(accept_encoding="gzip") for _ in range(2))
    assert first.headers["content-encoding"] == repeated.headers["content-encoding"] == "gzip"
    assert first.text == repeated.text


def test_the_oldest_copies_are_evicted() -> None:
    process = Process(max_bytes=3 * (BYTES_BESIDE + 2_000))
    for number in range(100):
        process.number(f"{PATH}?cursor={number}")
        assert process.copies.size <= process.copies.max_bytes
    assert process.number(f"{PATH}?cursor=99") == 100
    assert process.number(f"{PATH}?cursor=0") == 101
    assert Process(max_bytes=100).number() == 1


def test_a_response_that_is_too_large_is_not_copied() -> None:
    process = Process(max_bytes=BYTES_BESIDE)
    assert [process.number(), process.number(), process.copies.size] == [1, 2, 0]


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, False), ({"PUBLIC_COPIES": "1"}, True), (SAFE, True), ({**SAFE, "PUBLIC_COPIES": "0"}, False)],
)
def test_production_keeps_copies_by_default(*, options: dict[str, str], expected: bool) -> None:
    with patch.dict("os.environ", options, clear=True):
        assert read_options().public_copies is expected
