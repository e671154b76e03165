"""Requests say which host they are for, and exactly one (RFC 9112, section 3.2)."""

from typing import Any

import pytest

from tests.local.test_whole_answers import LENGTH, answered, answering

HANDSHAKE = b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
REFUSED = b"HTTP/1.1 400 Bad Request\r\n", b'{"message": "Bad Request"}'
NO_HOSTS = [
    b"",
    b"host: one\r\nhost: one\r\n",
    b"host: one\r\nhost: two\r\n",
    b"host:\r\n",
    b"host: one, two\r\n",
    b"host: one two\r\n",
    b"host: one/path\r\n",
    b"host: me@one\r\n",
    b"host: one:port\r\n",
    b"host: ::1\r\n",
    b"host: \xc5\xbc\xc3\xb3\xc5\x82w\r\n",
]


async def never(_scope: Any, _receive: Any, _send: Any) -> None:
    raise AssertionError("it has reached the app")


async def name_host(scope: Any, receive: Any, send: Any) -> None:
    body = b",".join(value for name, value in scope["headers"] if name == b"host")
    await answering(body, headers=((b"content-length", str(len(body)).encode()),))(scope, receive, send)


def is_refused(answer: list[bytes | None]) -> bool:
    """Whether it is a 400 and the end of the connection."""
    said, end = answer
    assert said
    return said.startswith(REFUSED[0]) and said.endswith(REFUSED[1]) and end is None


def host_seen(request: bytes) -> bytes:
    said = answered(request, name_host)[0]
    assert said
    assert said.startswith(b"HTTP/1.1 200 ")
    return said.rpartition(b"\r\n")[2]


@pytest.mark.parametrize("headers", NO_HOSTS)
@pytest.mark.parametrize("others", [b"", HANDSHAKE, b"content-length: 4\r\n"])
def test_requests_without_exactly_one_host_are_refused(headers: bytes, others: bytes) -> None:
    assert is_refused(answered(b"GET / HTTP/1.1\r\n%b%b\r\n" % (headers, others), never))


@pytest.mark.parametrize(
    "host", [b"one", b"One.example.:8000", b"a_b", b"127.0.0.1", b"[::1]:8000", b"one:", b"one \t"]
)
def test_host_names_and_addresses_are_accepted(host: bytes) -> None:
    assert host_seen(b"GET / HTTP/1.1\r\nhost: %b\r\n\r\n" % host) == host


def test_http_1_0_may_omit_the_host_but_not_repeat_it() -> None:
    assert host_seen(b"GET / HTTP/1.0\r\n\r\n") == b""
    assert is_refused(answered(b"GET / HTTP/1.0\r\nhost: one\r\nhost: one\r\n\r\n", never))


def test_an_absolute_url_names_the_host_but_needs_the_header_too() -> None:
    assert host_seen(b"GET http://two:80/path HTTP/1.1\r\nhost: one\r\n\r\n") == b"two:80"
    assert is_refused(answered(b"GET http://two/path HTTP/1.1\r\n\r\n", never))
    assert is_refused(answered(b"GET http://me@two/path HTTP/1.1\r\nhost: one\r\n\r\n", never))


def test_earlier_requests_are_answered_before_the_refusal() -> None:
    together = b"GET / HTTP/1.1\r\nhost: one\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nhost: one\r\n\r\n"
    first, *others = answered(together, answering(b"body", headers=LENGTH))
    assert first
    assert first.endswith(b"\r\n\r\nbody")
    assert is_refused(others)
