"""Request bodies: JSON, forms and multipart."""

import asyncio
import json
import time
from collections.abc import Coroutine
from contextlib import closing
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from functions.tokens.routes import tokens
from shared.kit.errors import FieldErrors, MalformedJson, PayloadTooLarge, UnsupportedMediaType
from shared.kit.http import responses
from shared.kit.http.app import http_app
from shared.kit.http.request_body import MAX_DOCUMENT, MAX_FORM, UNREADABLE, BodyRequest, parse_json
from shared.kit.http.request_models import not_an_object

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"


def load(body: bytes, content_type: str | None, chunk: int = 10**9) -> BodyRequest:
    """Read a request whose body arrives in chunks."""
    chunks = [body[at : at + chunk] for at in range(0, len(body), chunk)] or [b""]
    headers = [] if content_type is None else [(b"content-type", content_type.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers, "app": None}

    async def receive() -> Message:
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    request = BodyRequest(scope, receive)
    run(request.load())
    return request


def run(work: Coroutine[Any, Any, object]) -> None:
    """Run in a separate loop: asyncio.run would remove the one that Mangum's adapter uses."""
    with closing(asyncio.new_event_loop()) as loop:
        loop.run_until_complete(work)


def run_for(work: Coroutine[Any, Any, Any]) -> Any:
    with closing(asyncio.new_event_loop()) as loop:
        return loop.run_until_complete(work)


def test_a_client_that_disconnects_meanwhile_is_not_logged_as_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b'{"to', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []
    logged = Mock()
    monkeypatch.setattr(responses, "logger", logged)

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
    path = "/api/token/verify/"
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    run(http_app(tokens)(scope, receive, send))
    assert sent[0]["status"] == 400
    logged.assert_not_called()


def part(name: str, value: str, more: str = "") -> str:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'


@pytest.mark.parametrize(
    ("content_type", "body", "value"),
    [
        ("application/json", b'{"a": 1}', {"a": 1}),
        ("application/json; charset=utf-8", '{"a": "ż"}'.encode(), {"a": "ż"}),
        ("Application/JSON", b"[1]", [1]),
        (None, b'{"a": 1}', {"a": 1}),
        ("application/json", b"", {}),
        (None, b"", {}),
        ("text/plain", b"", {}),
        ("application/json", b'{"a": 1, "a": 2}', {"a": 2}),
        (FORM, b"a=1&b=%C5%BC+x&a=2&c=&d", {"a": "2", "b": "ż x", "c": "", "d": ""}),
        (FORM, b"a=%FF&%00=x", {"a": "\ufffd", "\0": "x"}),
        (MULTIPART, (part("a", "ż") + part("b", "") + "--x--\r\n").encode(), {"a": "ż", "b": ""}),
        (MULTIPART, (part("a", "1") + part("f", "data", '; filename="f.txt"') + "--x--\r\n").encode(), {"a": "1"}),
    ],
)
def test_every_kind_of_body_becomes_one_value(content_type: str | None, body: bytes, value: Any) -> None:
    for chunk in (10**9, 1):
        request = load(body, content_type, chunk)
        assert request.fault is None
        assert request._json == value
        assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("content_type", "body", "fault"),
    [
        ("application/json", b"{", MalformedJson),
        ("application/json", b"\xff", MalformedJson),
        ("text/plain", b"x", UnsupportedMediaType),
        ("application/xml", b"<a/>", UnsupportedMediaType),
        (MULTIPART, b"--y\r\n", FieldErrors),
        ("multipart/form-data", b"x", FieldErrors),
        ("multipart/form-data; boundary=x; charset=undefined", part("a", "ż").encode(), FieldErrors),
        (MULTIPART + ";a" * 500, part("a", "x").encode(), FieldErrors),
        (MULTIPART, part("a", "x" * 70_000).encode(), FieldErrors),
        (MULTIPART, (part("a", "x") * 101).encode(), FieldErrors),
        (MULTIPART, (part("a", "x", '; filename="f"') * 5).encode(), FieldErrors),
        ("application/json", b" " * (MAX_DOCUMENT + 1), PayloadTooLarge),
        (FORM, b"x" * (MAX_DOCUMENT + 1), PayloadTooLarge),
        (MULTIPART, b"x" * (MAX_DOCUMENT + 1), PayloadTooLarge),
        (FORM, b"x" * (MAX_FORM + 1), PayloadTooLarge),
        (FORM, b"a&" * 1_001, PayloadTooLarge),
        ("application/json", json.dumps(dict.fromkeys(range(1_001))).encode(), PayloadTooLarge),
    ],
)
def test_an_unreadable_body_is_recorded_as_a_fault(content_type: str, body: bytes, fault: type) -> None:
    request = load(body, content_type, 100_000)
    assert type(request.fault) is fault
    assert request._json == UNREADABLE


def test_a_body_of_the_largest_size_is_read() -> None:
    text = "x" * (MAX_DOCUMENT - 10)
    assert load(json.dumps({"a": text}).encode(), "application/json", 2**16)._json == {"a": text}


def test_a_body_declared_too_large_is_refused_before_it_arrives() -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(MAX_DOCUMENT + 1).encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers, "app": None}
    received = []

    async def receive() -> Message:
        received.append(True)
        return {"type": "http.request", "body": b"{}", "more_body": False}

    request = BodyRequest(scope, receive)
    run(request.load())
    assert type(request.fault) is PayloadTooLarge
    assert received == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, b"%" * MAX_FORM),
        (FORM, b"&" * MAX_FORM),
        (FORM, b"a=" + b"+%41" * (MAX_FORM // 5)),
        ("application/json", b"{" + b",".join(b'"%d":1' % key for key in range(20_000)) + b"}"),
        ("application/json", b"[" * 200_000),
        ("application/json", b"9" * 200_000),
        (MULTIPART, b"--x\r\n" * (MAX_DOCUMENT // 5)),
        (MULTIPART, b"--x\r\nContent-Disposition: form-data; name=a\r\n" + b"a: b\r\n" * 40_000),
        (MULTIPART, b"\r\n--" * (MAX_DOCUMENT // 4)),
    ],
)
def test_the_worst_bodies_of_the_largest_size_take_little_time(content_type: str, body: bytes) -> None:
    """They are read on the event loop while others wait. The worst used to take over a second."""
    assert len(body) <= MAX_DOCUMENT
    started = time.process_time()
    load(body, content_type)
    assert time.process_time() - started < 0.3


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "Expecting value: line 1 column 1 (char 0)"),
        (b"{oops", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"NaN", "Out of range float values are not JSON compliant: 'NaN'"),
        (b"[-Infinity]", "Out of range float values are not JSON compliant: '-Infinity'"),
        (b"[1e999]", "Out of range float values are not JSON compliant: '1e999'"),
    ],
)
def test_errors_in_json_are_reported_in_python_s_words(raw: bytes, reason: str) -> None:
    with pytest.raises(MalformedJson) as caught:
        parse_json(raw)
    assert caught.value.body == {"detail": f"JSON parse error - {reason}"}


@pytest.mark.parametrize("raw", [b"[" * 10**6, b'{"a":' * 10**6, b"9" * 10**5, b"\x00", "{}".encode("utf-16")])
def test_json_that_parsers_fail_on_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedJson):
        parse_json(raw)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_is_read_as_written(value: Any) -> None:
    assert parse_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    for content_type in ("application/json", FORM, MULTIPART):
        request = load(raw, content_type)
        assert request.fault is None or request._json == UNREADABLE


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "Niepoprawne dane. Oczekiwano słownika, otrzymano  list."),
        ("x", "Niepoprawne dane. Oczekiwano słownika, otrzymano  str."),
        (1, "Niepoprawne dane. Oczekiwano słownika, otrzymano  int."),
        (None, "No data provided"),
    ],
)
def test_a_body_that_is_not_an_object_is_reported_with_its_type(value: Any, message: str) -> None:
    assert not_an_object(value).body == {"non_field_errors": [message]}
    assert not_an_object(value, "Error").body == {"Error": message}


def test_starlette_keeps_a_read_body_where_body_request_puts_it() -> None:
    """Not public in Starlette, so a new release may change it: then this test fails."""
    request = load(b"a=1&b=%C5%82", FORM)
    assert run_for(request.json()) == {"a": "1", "b": "ł"}
    assert run_for(request.body()) == b"{}"
    assert request.headers["content-type"] == "application/json"
    parts = load(part("name", "Ola").encode() + b"--x--\r\n", MULTIPART)
    assert run_for(parts.json()) == {"name": "Ola"}
