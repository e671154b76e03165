"""How sockets are closed, and what the function sees of it."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from local.gateway.emulator import MAX_PENDING
from tests.support.flood import frame
from tests.support.gateway_emulator import PATIENCE, Emulator, Event, running_emulator, welcome


def close_code(client: ClientConnection) -> int:
    """The code the server closes a socket with."""
    with pytest.raises(ConnectionClosed):
        client.recv(PATIENCE)
    assert client.protocol.close_rcvd is not None
    return client.protocol.close_rcvd.code


def test_text_that_is_not_utf8_closes_the_socket(emulator: Emulator) -> None:
    with emulator.connect() as client:
        client.send(b"\xff\xfe", text=True)
        assert close_code(client) == 1007
    assert emulator.function.seen("MESSAGE") == []


@pytest.mark.parametrize(("given", "seen"), [(1000, 1000), (3001, 3001)])
def test_the_disconnect_event_has_the_close_code(emulator: Emulator, given: int, seen: int) -> None:
    with emulator.connect() as client:
        client.close(given)
    [event] = emulator.function.wait_for("DISCONNECT")
    assert event["requestContext"]["disconnectStatusCode"] == seen


def test_a_broken_connection_causes_a_disconnect_event_too(emulator: Emulator) -> None:
    with emulator.connect() as client:
        client.socket.shutdown(socket.SHUT_RDWR)
        [event] = emulator.function.wait_for("DISCONNECT")
    assert event["requestContext"]["connectionId"] == emulator.connection_id()
    assert emulator.gateway.sockets == {}


def closed_by_server(client: ClientConnection, meanwhile: Callable[[], object]) -> int:
    """The code that a client's socket is closed with, while `meanwhile` is called repeatedly."""
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


@pytest.mark.proof
def test_an_idle_socket_is_closed_and_a_busy_one_is_not(sockets: Path) -> None:
    with (
        running_emulator(sockets, idle=4.0) as quick,
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
        assert time.monotonic() - started > 3.9
        keep_busy()
        assert quick.function.seen("DISCONNECT")[1:] == []


@pytest.mark.proof
def test_a_busy_socket_is_closed_at_the_end_of_its_lifetime(sockets: Path) -> None:
    with running_emulator(sockets, idle=8.0, lifetime=1.2) as quick, quick.connect() as client:
        started = time.monotonic()
        assert closed_by_server(client, lambda: client.send("x")) == 1001
        assert 1.1 < time.monotonic() - started < 8
    [event] = quick.function.wait_for("DISCONNECT")
    assert event["requestContext"]["disconnectStatusCode"] == 1001


@pytest.mark.parametrize("rest", [frame(9, b"x" * 125), frame(1, b"\xff"), frame(3, b"")], ids=["ping", "text", "bad"])
def test_nothing_is_written_to_a_client_that_has_disconnected(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, rest: bytes
) -> None:
    """Writing to a closed socket raises, even while another sender's data is being parsed."""
    # Paused: later frames are not parsed until the function has responded.
    goes_on = threading.Event()
    emulator.function.answer = lambda event: (goes_on.wait(PATIENCE) and welcome(event)) or {}
    goes_on.set()
    with emulator.connect() as client:
        goes_on.clear()
        client.socket.sendall(frame(1, b"{}") * MAX_PENDING + frame(9, b"x" * 125) * 600 + rest)
        time.sleep(0.2)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.socket.shutdown(socket.SHUT_RDWR)
        goes_on.set()
    emulator.function.wait_for("DISCONNECT")
    time.sleep(0.2)
    assert [record for record in caplog.records if record.exc_info] == []


def test_frames_sent_before_a_disconnect_are_handled_before_it(emulator: Emulator) -> None:
    goes_on = threading.Event()
    goes_on.set()

    def answer(event: Event) -> Mapping[str, Any]:
        goes_on.wait(PATIENCE)
        # Long enough for the disconnect to overtake the remaining frames.
        time.sleep(0.01)
        return welcome(event)

    emulator.function.answer = answer
    with emulator.connect() as client:
        connection_id = emulator.connection_id()
        goes_on.clear()
        client.socket.sendall(frame(1, b"{}") * (MAX_PENDING + 5))
        wait_until(lambda: emulator.gateway.sockets[connection_id].is_held)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.socket.shutdown(socket.SHUT_RDWR)
        # A paused socket is not read, so only a write notices that it is closed.
        link: Any = emulator.gateway.sockets[connection_id].link
        wait_until(lambda: emulator.gateway.post([connection_id], b"[]") or link.transport.is_closing())
        goes_on.set()
    emulator.function.wait_for("MESSAGE", MAX_PENDING + 5)
    emulator.function.wait_for("DISCONNECT")
    kinds = [event["requestContext"]["eventType"] for event in emulator.function.events]
    assert kinds == ["CONNECT", *["MESSAGE"] * (MAX_PENDING + 5), "DISCONNECT"]


def wait_until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_clients_that_understand_it_are_told_before_the_server_stops(sockets: Path) -> None:
    words = {"t": b'{"event": "closing"}'}
    with ExitStack() as clients:
        with running_emulator(
            sockets, closing_frame=lambda connection: words.get(connection.query["token"])
        ) as emulator:
            told, shipped = (clients.enter_context(emulator.connect(f"/ws/?token={token}")) for token in "ts")
        assert told.recv(PATIENCE) == '{"event": "closing"}'
        assert [close_code(client) for client in (told, shipped)] == [1012, 1012]
