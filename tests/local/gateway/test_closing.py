"""How sockets end, and what the function sees of it."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.support.gateway_emulator import PATIENCE, Emulator, running_emulator


def close_code(client: ClientConnection) -> int:
    """The code the server closes a socket with."""
    with pytest.raises(ConnectionClosed):
        client.recv(PATIENCE)
    assert client.protocol.close_rcvd is not None
    return client.protocol.close_rcvd.code


def test_text_that_is_no_utf8_closes_the_socket(emulator: Emulator) -> None:
    with emulator.connect() as client:
        client.send(b"\xff\xfe", text=True)
        assert close_code(client) == 1007
    assert emulator.function.seen("MESSAGE") == []


@pytest.mark.parametrize(("given", "seen"), [(1000, 1000), (3001, 3001)])
def test_the_event_has_the_close_code(emulator: Emulator, given: int, seen: int) -> None:
    with emulator.connect() as client:
        client.close(given)
    [event] = emulator.function.wait_for("DISCONNECT")
    assert event["requestContext"]["disconnectStatusCode"] == seen


def test_a_connection_that_breaks_is_disconnected_too(emulator: Emulator) -> None:
    with emulator.connect() as client:
        client.socket.shutdown(socket.SHUT_RDWR)
        [event] = emulator.function.wait_for("DISCONNECT")
    assert event["requestContext"]["connectionId"] == emulator.connection_id()
    assert emulator.gateway.sockets == {}


def closed_by_server(client: ClientConnection, meanwhile: Callable[[], object]) -> int:
    """The code a client is closed with, while something is done again and again."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            meanwhile()
            client.recv(0.05)
        except TimeoutError:
            continue
        except ConnectionClosed:
            break
    assert client.protocol.close_rcvd is not None, "still open"
    return client.protocol.close_rcvd.code


def test_a_socket_idle_for_too_long_is_closed_and_a_busy_one_is_not(sockets: Path) -> None:
    with (
        running_emulator(sockets, idle=1.5) as quick,
        quick.connect() as idle,
        quick.connect() as sending,
        quick.connect() as receiving,
    ):
        receiving_id, started = quick.connection_id(), time.monotonic()

        def keep_busy() -> None:
            sending.send("x")
            quick.gateway.post([receiving_id], b"[]")
            assert receiving.recv(PATIENCE) == "[]"

        assert closed_by_server(idle, keep_busy) == 1001
        assert time.monotonic() - started > 1.4
        keep_busy()
        assert quick.function.seen("DISCONNECT")[1:] == []


def test_a_socket_open_for_too_long_is_closed_however_busy(sockets: Path) -> None:
    with running_emulator(sockets, idle=4.0, lifetime=1.2) as quick, quick.connect() as client:
        started = time.monotonic()
        assert closed_by_server(client, lambda: client.send("x")) == 1001
        assert 1.1 < time.monotonic() - started < 4
    [event] = quick.function.wait_for("DISCONNECT")
    assert event["requestContext"]["disconnectStatusCode"] == 1001
