"""Requests that never end, or whose head is too large."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from local import http_protocol
from local.http_protocol import BoundedHttpProtocol
from tests.support.local_server import free_port
from tools.cloud.serving import in_thread

HEAD = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@contextmanager
def running_server() -> Iterator[int]:
    port = free_port()
    config = uvicorn.Config(
        app, port=port, http=BoundedHttpProtocol, loop="uvloop", log_level="critical", lifespan="off"
    )
    with in_thread(uvicorn.Server(config)):
        yield port


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server with a fiftieth of the usual timeouts."""
    for name in ("HEAD_SECONDS", "STALLED_SECONDS", "SLOW_AFTER_SECONDS", "CHECK_SECONDS"):
        monkeypatch.setattr(http_protocol, name, getattr(http_protocol, name) / 50)
    with running_server() as running:
        yield running


@contextmanager
def client(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        yield connection


def answer(connection: socket.socket) -> bytes:
    """Everything received until the server closes the connection."""
    received = b""
    with suppress(ConnectionResetError):
        while chunk := connection.recv(65_536):
            received += chunk
    return received


def is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1000) is not None
    except BlockingIOError:
        return False


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n", HEAD[:-2], HEAD, HEAD + b"x" * 99])
def test_an_unfinished_request_is_aborted(port: int, sent: bytes) -> None:
    with client(port) as connection:
        connection.sendall(sent)
        started = time.monotonic()
        assert answer(connection).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - started < 5


def test_an_unfinished_second_request_is_aborted(port: int) -> None:
    with client(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n" + HEAD[:20])
        received = answer(connection)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in received


def test_a_trickling_body_is_aborted(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "STALLED_SECONDS", 100)
    with client(port) as connection:
        connection.sendall(HEAD)
        connection.setblocking(False)
        sent = 0
        with suppress(ConnectionError):
            while sent < 99 and not is_closed(connection):
                sent += connection.send(b"x")
                time.sleep(0.1)
    assert 5 < sent < 99


def test_a_slow_but_steady_body_is_accepted(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "MIN_RATE", 10)
    monkeypatch.setattr(http_protocol, "STALLED_SECONDS", 1.0)
    with client(port) as connection:
        connection.sendall(HEAD)
        for _ in range(10):
            time.sleep(0.15)
            connection.sendall(b"x" * 10)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_an_endless_head_is_refused(port: int) -> None:
    with client(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        sent = 0
        with suppress(ConnectionError):
            while sent < 2000:
                connection.sendall(b"x: " + b"y" * 10_000 + b"\r\n")
                sent += 1
    assert sent < 2000


def test_a_request_line_of_64_kilobytes_is_accepted(port: int) -> None:
    with client(port) as connection:
        connection.sendall(b"GET /?" + b"x" * 64_000 + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert answer(connection).startswith(b"HTTP/1.1 200 ")


def test_a_body_that_arrives_with_its_head_does_not_count_as_head(port: int) -> None:
    size = 200_000
    head = f"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {size}\r\n\r\n"
    with client(port) as connection:
        connection.sendall(head.encode() + b"x" * size)
        assert answer(connection).endswith(b"200000")


def test_a_body_that_arrives_after_its_head_does_not_count_as_the_next_head(port: int) -> None:
    size = 200_000
    with client(port) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {size}\r\n\r\n".encode())
        time.sleep(0.1)
        connection.sendall(b"x" * size)
        assert connection.recv(1000).endswith(b"200000")


def test_many_requests_on_one_connection_are_accepted(port: int) -> None:
    request = b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 40_000 + b"\r\n\r\n"
    with client(port) as connection:
        for _ in range(10):
            connection.sendall(request)
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
