"""The emulator of the WebSocket gateway: events, routes, limits and errors are those of AWS."""

import json
import re
import shutil
import socket
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from local import gateway
from local.engines import socket_folder
from shared.kit.settings import settings
from tests.events.recorded import recorded
from tests.support.gateway_emulator import PATIENCE, Emulator, running_emulator
from tests.support.paused_transactions import wait_until

FRAME, MESSAGE = 32 * 1024, 128 * 1024
FILLED = {"connection_id": "x", "conversation_id": "x", "access": "x", "user_id": "x"}


@pytest.fixture
def sockets() -> Iterator[Path]:
    folder = socket_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def shared_emulator() -> Iterator[Emulator]:
    folder = socket_folder()
    with running_emulator(folder) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Iterator[Emulator]:
    """A gateway whose function has seen nothing yet."""
    yield shared_emulator
    shared_emulator.function.forget()


def close_code(client: ClientConnection) -> int:
    """The code the server closes a socket with."""
    with pytest.raises(ConnectionClosed):
        client.recv(PATIENCE)
    assert client.protocol.close_rcvd is not None
    return client.protocol.close_rcvd.code


def shape(value: Any) -> Any:
    """Names and types; of headers only that they are texts."""
    if not isinstance(value, dict):
        return [shape(each) for each in value[:1]] if isinstance(value, list) else type(value).__name__
    if set(value) & {"Host", "host", "token"}:
        return {shape(each) if isinstance(each, str) else json.dumps(shape(each)) for each in value.values()}
    return {name: shape(each) for name, each in value.items()}


@pytest.mark.parametrize(
    ("kind", "name"),
    [("CONNECT", "socket_connect"), ("MESSAGE", "socket_chat_message"), ("DISCONNECT", "socket_disconnect")],
)
def test_events_have_the_shape_of_recorded_ones(emulator: Emulator, kind: str, name: str) -> None:
    with emulator.connect(
        "/ws/?conversation=c&token=t", additional_headers={"origin": "https://front.example"}
    ) as client:
        client.send('{"event":"chat"}')
        emulator.function.wait_for("MESSAGE")
        client.close(1001)
    [event] = emulator.function.wait_for(kind)
    assert shape(event) == shape(recorded(name, **FILLED))


def test_events_of_one_connection_name_it(emulator: Emulator) -> None:
    started = int(time.time() * 1000)
    with emulator.connect("/ws/?token=t", user_agent_header="Firefox/140.0") as client:
        client.send("x")
        client.close(4001, "bye")
    emulator.function.wait_for("DISCONNECT")
    contexts = [event["requestContext"] for event in emulator.function.events]
    assert [context["routeKey"] for context in contexts] == ["$connect", "$default", "$disconnect"]
    for name in ("connectionId", "connectedAt", "domainName", "apiId", "stage", "identity"):
        assert len({json.dumps(context[name]) for context in contexts}) == 1, name
    assert len({context["requestId"] for context in contexts}) == 3
    for context in contexts:
        assert re.fullmatch(r"[\w-]+={0,2}", context["connectionId"])
        assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context["requestTime"])
        assert started <= context["connectedAt"] <= context["requestTimeEpoch"] <= time.time() * 1000
        assert context["identity"] == {"userAgent": "Firefox/140.0", "sourceIp": "127.0.0.1"}
    assert contexts[2]["disconnectStatusCode"] == 4001
    assert emulator.function.events[0]["headers"]["host"] == f"127.0.0.1:{emulator.port}"


@pytest.mark.parametrize(
    ("target", "query"),
    [
        ("/ws/chat/abc/?token=t", {"conversation": "abc", "token": "t"}),
        ("/ws/chat/abc?token=t&x=%C5%BC", {"conversation": "abc", "token": "t", "x": "ż"}),
        ("/ws/chat/abc/?token=t&conversation=forged", {"conversation": "abc", "token": "t"}),
        ("/ws/chat/abc/?token=&flag", {"conversation": "abc", "token": "", "flag": ""}),
        ("/ws/?conversation=abc&token=t&protocol=2", {"conversation": "abc", "token": "t", "protocol": "2"}),
        ("/ws/notification/user/?token=t", {"notifications": "1", "token": "t"}),
        ("/ws/notification/user?token=t&notifications=0", {"notifications": "1", "token": "t"}),
        ("/ws/chat/a/b/?token=t", {"conversation": "a/b", "token": "t"}),
    ],
)
def test_both_forms_of_the_address_lead_to_the_stage(emulator: Emulator, target: str, query: dict[str, str]) -> None:
    with emulator.connect(target):
        [event] = emulator.function.wait_for("CONNECT")
    assert event["queryStringParameters"] == query
    assert event["multiValueQueryStringParameters"] == {name: [value] for name, value in query.items()}


@pytest.mark.parametrize("target", ["/", "/ws", "/ws/nope/", "/api/token/", "/ws/chatter/x/", "/ws/notification/"])
def test_an_unknown_address_is_refused_without_asking(emulator: Emulator, target: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        emulator.connect(target)
    assert refusal.value.response.status_code == 403
    assert emulator.function.events == []


@pytest.mark.parametrize(
    ("answer", "status"), [(401, 401), (403, 403), (404, 404), (500, 500), ("x", 500), (None, 500)]
)
def test_the_function_s_refusal_is_the_handshake_s(emulator: Emulator, answer: Any, status: int) -> None:
    emulator.function.answer = lambda _event: {"statusCode": answer}
    with pytest.raises(InvalidStatus) as refusal:
        emulator.connect()
    assert refusal.value.response.status_code == status
    assert [event["requestContext"]["eventType"] for event in emulator.function.events] == ["CONNECT"]
    assert emulator.gateway.sockets == {}


def fails(_event: Any) -> Any:
    raise ZeroDivisionError


def test_a_function_that_fails_lets_nobody_in(emulator: Emulator) -> None:
    emulator.function.answer = fails
    with pytest.raises(InvalidStatus) as refusal:
        emulator.connect()
    assert refusal.value.response.status_code == 500


def test_a_post_inside_the_handshake_finds_nobody(emulator: Emulator) -> None:
    """As on AWS: a connection is there once its function has let it in."""
    gone: list[str] = []

    def post(event: Any) -> dict[str, int]:
        if event["requestContext"]["eventType"] == "CONNECT":
            gone.extend(emulator.gateway.post([event["requestContext"]["connectionId"]], b"early"))
        return {"statusCode": 200}

    emulator.function.answer = post
    with emulator.connect() as client:
        assert gone == [emulator.connection_id()]
        assert emulator.gateway.post(gone, b"later") == []
        assert client.recv(PATIENCE) == "later"


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
def test_a_frame_takes_the_route_its_event_names(emulator: Emulator, text: str, route: str) -> None:
    with emulator.connect() as client:
        client.send(text)
        [event] = emulator.function.wait_for("MESSAGE")
    assert (event["requestContext"]["routeKey"], event["body"]) == (route, text)


def test_a_gateway_without_a_default_route_says_forbidden(sockets: Path) -> None:
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
def test_the_client_hears_that_the_function_failed(emulator: Emulator, answer: Any) -> None:
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


def test_one_sender_s_frames_are_handled_in_order(emulator: Emulator, unlimited: None) -> None:
    with emulator.connect() as client:
        for number in range(300):
            client.send(str(number))
        events = emulator.function.wait_for("MESSAGE", 300)
    assert [event["body"] for event in events] == [str(number) for number in range(300)]


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clients may send as much as they like."""
    monkeypatch.setenv("RATE_LIMITS", "off")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def many(number: int) -> str:
    return json.dumps({"event": "many", "number": number})


def test_events_that_wait_are_handled_together_and_in_order(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "MAX_PENDING", 64)
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


def test_the_client_hears_of_each_event_that_failed_with_others(emulator: Emulator) -> None:
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
    """What the client had sent more may reset the connection before it reads why it was closed."""

    def send_and_listen() -> None:
        client.send(message)
        client.recv(PATIENCE)

    with pytest.raises(ConnectionClosed):
        send_and_listen()
    [event] = emulator.function.wait_for("DISCONNECT")
    assert event["requestContext"]["disconnectStatusCode"] == 1009


def test_a_frame_has_thirty_two_kilobytes_at_most(emulator: Emulator) -> None:
    with emulator.connect() as client:
        client.send("x" * FRAME)
        emulator.function.wait_for("MESSAGE")
        refused_as_too_big(emulator, client, "ż" * (FRAME // 2) + "x")
    assert len(emulator.function.seen("MESSAGE")) == 1


def test_a_message_has_a_hundred_and_twenty_eight_kilobytes_at_most(emulator: Emulator) -> None:
    quarter = "x" * FRAME
    with emulator.connect() as client:
        client.send([quarter] * 4)
        [event] = emulator.function.wait_for("MESSAGE")
        assert len(event["body"]) == MESSAGE
        refused_as_too_big(emulator, client, [*[quarter] * 4, "x"])
    assert len(emulator.function.seen("MESSAGE")) == 1


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
