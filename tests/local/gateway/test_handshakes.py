"""Events and handshakes of the WebSocket gateway are the same as on AWS."""

import json
import re
import time
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.events.recorded import recorded
from tests.support.gateway_emulator import PATIENCE, Emulator

FILLED = {"connection_id": "x", "conversation_id": "x", "access": "x", "user_id": "x"}


def shape(value: Any) -> Any:
    """Names and types; for headers only that they are strings."""
    if not isinstance(value, dict):
        return [shape(each) for each in value[:1]] if isinstance(value, list) else type(value).__name__
    if set(value) & {"Host", "host", "token"}:
        return {shape(each) if isinstance(each, str) else json.dumps(shape(each)) for each in value.values()}
    return {name: shape(each) for name, each in value.items()}


@pytest.mark.parametrize(
    ("kind", "name"),
    [("CONNECT", "socket_connect"), ("MESSAGE", "socket_chat_message"), ("DISCONNECT", "socket_disconnect")],
)
def test_events_have_the_structure_of_recorded_ones(emulator: Emulator, kind: str, name: str) -> None:
    with emulator.connect(
        "/ws/?conversation=c&token=t", additional_headers={"origin": "https://front.example"}
    ) as client:
        client.send('{"event":"chat"}')
        emulator.function.wait_for("MESSAGE")
        client.close(1001)
    [event] = emulator.function.wait_for(kind)
    assert shape(event) == shape(recorded(name, **FILLED))


def test_all_events_of_a_connection_carry_its_id(emulator: Emulator) -> None:
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
        ("/ws/user/?ticket=t", {"user": "1", "ticket": "t"}),
        ("/ws/user?ticket=t&user=0", {"user": "1", "ticket": "t"}),
        ("/ws/chat/a/b/?token=t", {"conversation": "a/b", "token": "t"}),
    ],
)
def test_both_forms_of_the_url_lead_to_the_stage(emulator: Emulator, target: str, query: dict[str, str]) -> None:
    with emulator.connect(target):
        [event] = emulator.function.wait_for("CONNECT")
    assert event["queryStringParameters"] == query
    assert event["multiValueQueryStringParameters"] == {name: [value] for name, value in query.items()}


@pytest.mark.parametrize("target", ["/", "/ws", "/ws/nope/", "/api/token/", "/ws/chatter/x/", "/ws/notification/"])
def test_an_unknown_url_is_refused_without_calling_the_function(emulator: Emulator, target: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        emulator.connect(target)
    assert refusal.value.response.status_code == 403
    assert emulator.function.events == []


@pytest.mark.parametrize(
    ("answer", "status"), [(401, 401), (403, 403), (404, 404), (500, 500), ("x", 500), (None, 500)]
)
def test_a_refusal_by_the_function_refuses_the_handshake(emulator: Emulator, answer: Any, status: int) -> None:
    emulator.function.answer = lambda _event: {"statusCode": answer}
    with pytest.raises(InvalidStatus) as refusal:
        emulator.connect()
    assert refusal.value.response.status_code == status
    assert [event["requestContext"]["eventType"] for event in emulator.function.events] == ["CONNECT"]
    assert emulator.gateway.sockets == {}


def fails(_event: Any) -> Any:
    raise ZeroDivisionError


def test_a_failing_function_refuses_the_handshake(emulator: Emulator) -> None:
    emulator.function.answer = fails
    with pytest.raises(InvalidStatus) as refusal:
        emulator.connect()
    assert refusal.value.response.status_code == 500


def test_a_post_during_the_handshake_finds_no_connection(emulator: Emulator) -> None:
    """As on AWS, a connection exists once its function has accepted it."""
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
