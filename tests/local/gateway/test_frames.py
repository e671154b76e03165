"""Routes, order and limits of frames are the same as on AWS."""

import json
import threading
from base64 import b64decode
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection

from local.gateway import handler_threads
from local.gateway.websocket_protocol import text_frame
from tests.support.gateway_emulator import PATIENCE, Emulator, running_emulator
from tests.support.paused_transactions import wait_until

FRAME, MESSAGE = 32 * 1024, 128 * 1024


def close_code(client: ClientConnection) -> int:
    """The code the server closes a socket with."""
    with pytest.raises(ConnectionClosed):
        client.recv(PATIENCE)
    assert client.protocol.close_rcvd is not None
    return client.protocol.close_rcvd.code


def fails(_event: Any) -> Any:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ('{"event":"chat"}', "chat"),
        ('{"event":"other"}', "$default"),
        ('{"event":"$connect"}', "$default"),
        ('{"event":"$disconnect"}', "$default"),
        ('{"event":["chat"]}', "$default"),
        ('{"event":null}', "$default"),
        ("{}", "$default"),
        ("[]", "$default"),
        ("{oops", "$default"),
        ("[" * 20_000, "$default"),
        ("", "$default"),
        ("ż😀", "$default"),
    ],
)
def test_a_frame_takes_the_route_that_its_event_names(emulator: Emulator, text: str, route: str) -> None:
    with emulator.connect() as client:
        client.send(text)
        [event] = emulator.function.wait_for("MESSAGE")
    assert (event["requestContext"]["routeKey"], event["body"]) == (route, text)


def test_a_gateway_without_a_default_route_responds_with_forbidden(sockets: Path) -> None:
    with running_emulator(sockets, routes=("$connect", "chat")) as strict, strict.connect() as client:
        client.send('{"event":"other"}')
        error = json.loads(client.recv(PATIENCE))
        assert error == {
            "message": "Forbidden",
            "connectionId": strict.connection_id(),
            "requestId": error["requestId"],
        }
        client.send('{"event":"chat"}')
        strict.function.wait_for("MESSAGE")


@pytest.mark.parametrize(
    "answer", [fails, lambda _: {"statusCode": 500}, lambda _: {"statusCode": "200"}, lambda _: {}]
)
def test_the_client_is_told_that_the_function_failed(emulator: Emulator, answer: Any) -> None:
    with emulator.connect() as client:
        emulator.function.answer = answer
        client.send("x")
        error = json.loads(client.recv(PATIENCE))
        assert list(error) == ["message", "connectionId", "requestId"]
        assert error["message"] == "Internal server error"
        assert error["connectionId"] == emulator.connection_id()
        emulator.function.answer = lambda _event: {"statusCode": 403}
        client.send("x")
        emulator.function.wait_for("MESSAGE", 2)


def test_one_sender_s_frames_are_handled_in_order(emulator: Emulator) -> None:
    with emulator.connect() as client:
        for number in range(300):
            client.send(str(number))
        events = emulator.function.wait_for("MESSAGE", 300)
    assert [event["body"] for event in events] == [str(number) for number in range(300)]


def many(number: int) -> str:
    return json.dumps({"event": "many", "number": number})


def test_waiting_events_are_handled_together_and_in_order(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.gateway.emulator.MAX_PENDING", 64)
    monkeypatch.setattr(handler_threads, "MAX_OF_SENDER", 64)
    texts = [*map(many, range(3)), "other", *map(many, range(3, 40))]
    let_go = threading.Event()

    def answer(event: Any) -> dict[str, Any]:
        assert event.get("body") != "first" or let_go.wait(PATIENCE)
        return {"statusCode": 200}

    with emulator.connect() as client:
        emulator.function.answer = answer
        client.send("first")
        emulator.function.wait_for("MESSAGE")
        for text in texts:
            client.send(text)
        [opened] = emulator.gateway.sockets.values()
        wait_until(lambda: opened.pending == 1 + len(texts))
        let_go.set()
        events = emulator.function.wait_for("MESSAGE", 1 + len(texts))
    assert [event["body"] for event in events] == ["first", *texts]
    assert emulator.function.rows == [3, 37]


def test_the_client_is_told_of_each_failed_event_in_a_batch(emulator: Emulator) -> None:
    with emulator.connect() as client:
        emulator.function.answer = lambda _event: {"statusCode": 500}
        for number in range(20):
            client.send(many(number))
        heard = [json.loads(client.recv(PATIENCE))["message"] for _ in range(20)]
    assert heard == ["Internal server error"] * 20


@pytest.mark.parametrize("sent", [b"\x00\xff", b"", b'{"event":"chat"}', [b"\x00", b"\xff", b""]], ids=repr)
def test_binary_frames_go_to_the_default_route_in_base64(emulator: Emulator, sent: bytes | list[bytes]) -> None:
    with emulator.connect() as client:
        client.send(sent)
        client.send("after")
        binary, after = emulator.function.wait_for("MESSAGE", 2)
    whole = sent if isinstance(sent, bytes) else b"".join(sent)
    assert (b64decode(binary["body"]), binary["isBase64Encoded"]) == (whole, True)
    assert binary["requestContext"]["routeKey"] == "$default"
    assert (after["body"], after["isBase64Encoded"]) == ("after", False)


def refused_as_too_big(emulator: Emulator, client: ClientConnection, message: str | list[str]) -> None:
    """Not by the client's close code: further data in flight may reset the connection before the client reads it."""

    def send_and_listen() -> None:
        client.send(message)
        client.recv(PATIENCE)

    with pytest.raises(ConnectionClosed):
        send_and_listen()
    [event] = emulator.function.wait_for("DISCONNECT")
    assert event["requestContext"]["disconnectStatusCode"] == 1009


def test_a_frame_has_at_most_32_kilobytes(emulator: Emulator) -> None:
    with emulator.connect() as client:
        client.send("x" * FRAME)
        emulator.function.wait_for("MESSAGE")
        refused_as_too_big(emulator, client, "ż" * (FRAME // 2) + "x")
    assert len(emulator.function.seen("MESSAGE")) == 1


def test_a_message_has_at_most_128_kilobytes(emulator: Emulator) -> None:
    quarter = "x" * FRAME
    with emulator.connect() as client:
        client.send([quarter] * 4)
        [event] = emulator.function.wait_for("MESSAGE")
        assert len(event["body"]) == MESSAGE
        refused_as_too_big(emulator, client, [*[quarter] * 4, "x"])
    assert len(emulator.function.seen("MESSAGE")) == 1


def test_one_thread_handles_all_sockets_of_a_conversation(emulator: Emulator) -> None:
    """Two threads could push messages in a different order than they stored them."""
    with ExitStack() as stack:
        for number in range(12):
            stack.enter_context(emulator.connect(f"/ws/chat/{'ab'[number % 2]}/?token={number}"))
        emulator.function.wait_for("CONNECT", 12)
        sockets = emulator.gateway.sockets.values()
        for talk in "ab":
            assert len({socket.thread for socket in sockets if socket.connection.query["conversation"] == talk}) == 1


@pytest.mark.parametrize("length", [0, 125, 126, 0xFFFF, 0x10000])
def test_frames_of_every_length_equal_those_of_the_library(length: int) -> None:
    text = b"x" * length
    assert text_frame(text) == Frame(Opcode.TEXT, text).serialize(mask=False)
