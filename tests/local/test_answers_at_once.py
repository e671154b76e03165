"""Copies that are written without a task: the same responses as with one, and no rule is bypassed."""

import re
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from local.http_protocol import BoundedHttpProtocol
from local.monitoring.observer import Observer
from local.trusted_proxies import TrustedProxies, parse_networks
from shared.kit.http.middleware import Scope
from tests.local.test_copies import PATH, Process
from tests.support.event_loops import run
from tests.support.local_server import free_port
from tools.cloud.serving import in_thread

CHANGES = re.compile(rb"\r\n(date|age|x-request-id|connection): [^\r]*")
FEW_MEGABYTES = 4_000_000


class Running:
    """A server with copies on a thread; counts the calls of its app, and those in a task."""

    def __init__(self) -> None:
        self.begin()
        self.port = free_port()
        config = uvicorn.Config(
            self,
            port=self.port,
            http=BoundedHttpProtocol,
            loop="uvloop",
            log_level="critical",
            lifespan="off",
            proxy_headers=False,
        )
        self.server = uvicorn.Server(config)

    def begin(self) -> None:
        self.process = Process(max_bytes=10_000_000)
        copies = self.process.copies
        self.observer = Observer(copies, self.process.answer, self.process.figures, None, (), find_ready=copies.find)
        self.handled = self.tasks = 0

    def at_once(self, scope: Scope) -> bytes | None:
        self.handled += 1
        return self.observer.at_once(scope)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.handled += 1
        self.tasks += 1
        await self.observer(scope, receive, send)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    made = Running()
    with in_thread(made.server):
        yield made


@pytest.fixture
def running(server: Running) -> Running:
    server.begin()
    return server


def is_handled_soon(running: Running, connection: socket.socket) -> bool:
    """Whether another request of a client reaches the app, within a moment if the server has responses to send."""
    handled, deadline = running.handled, time.monotonic() + 0.3
    connection.sendall(request())
    while running.handled == handled and time.monotonic() < deadline:
        time.sleep(0.001)
        if not max(unsent(running)):
            deadline = time.monotonic() + 0.3
    return running.handled > handled


def unsent(running: Running) -> list[int]:
    """Bytes that wait for each client to read."""
    return [each.transport.get_write_buffer_size() for each in running.server.server_state.connections]


def request(*headers: str, path: str = PATH) -> bytes:
    return "\r\n".join((f"GET {path} HTTP/1.1", "host: one", *headers, "", "")).encode()


def answers(connection: socket.socket, count: int) -> list[bytes]:
    """The next `count` complete responses on a connection."""
    received = b""
    found: list[bytes] = []
    while len(found) < count:
        head, separator, rest = received.partition(b"\r\n\r\n")
        length = int(match[1]) if (match := re.search(rb"\r\ncontent-length: (\d+)", head)) else 0
        if separator and len(rest) >= length:
            found.append(head + separator + rest[:length])
            received = rest[length:]
        else:
            chunk = connection.recv(65_536)
            assert chunk, received
            received += chunk
    assert received == b""
    return found


def test_a_copy_is_written_exactly_as_a_task_would(running: Running) -> None:
    with running.connect() as connection:
        connection.sendall(request())
        [first] = answers(connection, 1)
        connection.sendall(request())
        [at_once] = answers(connection, 1)
        assert running.tasks == 1
        connection.sendall(request("connection: close"))
        [by_task] = answers(connection, 1)
        assert running.tasks == 2
    unchanged = [CHANGES.sub(b"", each) for each in (first, at_once, by_task)]
    assert unchanged[0] == unchanged[1] == unchanged[2]
    assert b"\r\nage: 0\r\n" in at_once
    assert re.search(rb"\r\ndate: [^\r]+ GMT\r\n", at_once)
    assert re.search(rb"\r\nx-request-id: [0-9a-f]{16}\r\n", at_once)


def test_an_immediate_response_is_counted_by_route_and_has_the_callers_id(running: Running) -> None:
    with running.connect() as connection:
        for _ in range(3):
            connection.sendall(request("x-request-id: mine"))
            [answer] = answers(connection, 1)
            assert answer.count(b"x-request-id: ") == answer.count(b"x-request-id: mine\r\n") == 1
    assert running.tasks == 1
    running.observer.write()
    counted = {labels: sum(numbers[:-1]) for labels, numbers in running.process.figures.requests.items()}
    assert counted == {("GET", PATH, 200): 3}


def test_pipelined_requests_are_answered_in_order_and_one_of_them_immediately(running: Running) -> None:
    paths = [f"{PATH}?cursor={number}" for number in range(3)]
    with running.connect() as connection:
        for path in paths:
            connection.sendall(request(path=path))
            answers(connection, 1)
        together = b"".join(request(path=path) for path in paths)
        connection.sendall(together * 3)
        assert [int(each.partition(b"\r\n\r\n")[2].split()[0]) for each in answers(connection, 9)] == [1, 2, 3] * 3
    assert running.tasks > len(paths)


def test_a_body_that_arrives_with_its_request_is_not_the_next_request(running: Running) -> None:
    with running.connect() as connection:
        for _ in range(3):
            connection.sendall(request("content-length: 4"))
            connection.sendall(b"GET ")
            answers(connection, 1)
        connection.sendall(request())
        answers(connection, 1)
    assert running.tasks == 1


def test_unread_responses_do_not_accumulate(running: Running) -> None:
    running.process.padding = 1_000_000
    with running.connect() as connection:
        connection.sendall(request())
        answers(connection, 1)
        # One at a time, until the server waits for its client.
        while running.handled < 20 and is_handled_soon(running, connection):
            pass
        assert 0 < max(unsent(running)) < FEW_MEGABYTES


def test_behind_a_proxy_both_paths_see_the_same_request() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Any, _send: Any) -> None:
        seen.append({**scope})

    def app_at_once(scope: Scope) -> None:
        seen.append({**scope})

    def scope() -> Scope:
        headers = [
            (b"host", b"inside"),
            (b"x-forwarded-for", b"10.0.0.9, 10.0.0.8"),
            (b"x-forwarded-host", b"a.pl, b.pl"),
        ]
        return {"type": "http", "client": ("10.0.0.7", 1), "scheme": "http", "headers": headers}

    proxies = TrustedProxies(parse_networks(("10.0.0.7", "10.0.0.8", "10.0.0.9")), app, app_at_once=app_at_once)
    asked = scope()
    assert proxies.at_once(asked) is None
    run(proxies(asked, None, None))  # type: ignore[arg-type]  # they are unused
    run(proxies(scope(), None, None))  # type: ignore[arg-type]
    at_once, after_it, alone = seen
    at_once.pop("local.before_proxies")
    assert at_once == after_it == alone
    assert alone["client"] == ("10.0.0.9", 0)
