"""Asking an OpenID provider for JSON documents.

The operator configures the provider; the other addresses it names must be public internet addresses, with https.
"""

import json
import socket
import ssl
import time
from concurrent.futures import Future
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Thread
from typing import Any
from urllib.parse import SplitResult, urlsplit

from shared.kit.public_addresses import is_public

# Timeouts in seconds: to connect to one of the provider's addresses, of a read, and of the whole request, so that slow
# DNS or a trickling response is cut off. A sign-in makes three requests, and a function has 20 seconds.
CONNECT, TIMEOUT, DEADLINE = 2.0, 4.0, 5.0
MAX_BYTES = 256 * 1024
THREAD = "fetching"
OK, SERVER_ERROR = 200, 500
# Maximum length of an error code (RFC 6749, section 5.2) in the log.
MAX_WORD = 40


class Unreachable(Exception):
    """The provider gave no answer, or no usable one."""


class Refused(Exception):
    """The provider refused the request with a 4xx."""


class _Connection(HTTPConnection):
    """Connects to the IP address that was checked: resolving the name again could lead elsewhere."""

    def __init__(self, address: SplitResult, *, may_be_private: bool) -> None:
        self.is_secure = address.scheme == "https"
        default = HTTPSConnection.default_port if self.is_secure else HTTPConnection.default_port
        super().__init__(address.hostname or "", address.port or default, timeout=TIMEOUT)
        self.may_be_private = may_be_private
        self.ends_at = time.monotonic() + DEADLINE
        # Kept because `sock` is None before the response is read if the provider closes the connection after it.
        self.reached: socket.socket | None = None

    def connect(self) -> None:
        found = [str(each[4][0]) for each in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)]
        if not self.may_be_private and not all(is_public(each) for each in found):
            raise OSError(f"{self.host} is not in the internet")
        self.sock = self.reached = self._reach(found)
        self.sock.settimeout(TIMEOUT)
        # The caller may have given up before there was a socket to shut down.
        self._seconds_left()
        if self.is_secure:
            tls = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = self.reached = tls
            tls.do_handshake()

    def _reach(self, addresses: list[str]) -> socket.socket:
        failure = OSError(f"{self.host} has no address")
        for each in addresses:
            try:
                return socket.create_connection((each, self.port), min(CONNECT, self._seconds_left()))
            except OSError as error:
                failure = error
        raise failure

    def _seconds_left(self) -> float:
        if (left := self.ends_at - time.monotonic()) <= 0:
            raise TimeoutError("no answer in time")
        return left


def fetch(
    address: str, issuer: str, *, form: str | None = None, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """Fetch the JSON object at a URL, by GET or, with a form, by POST; redirects are not followed.

    Raises Unreachable or Refused.
    """
    try:
        place, own = urlsplit(address), urlsplit(issuer)
        is_own = (place.scheme, place.netloc) == (own.scheme, own.netloc)
        if place.username is not None or not (place.scheme == "https" or (place.scheme == "http" and is_own)):
            raise Unreachable(f"{address} is no https address")
        connection = _Connection(place, may_be_private=is_own)
        status, body = _ask_in_time(connection, place, form, {"Accept": "application/json", **(headers or {})})
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(str(error)) from error
    if status != OK:
        kind = Unreachable if status >= SERVER_ERROR or status < 400 else Refused
        raise kind(f"{address} answered {status} {_error_word(body)}".rstrip())
    return _read_object(body)


def _ask_in_time(
    connection: _Connection, place: SplitResult, form: str | None, headers: dict[str, str]
) -> tuple[int, bytes]:
    """Status and body. The request runs in a thread, because a DNS lookup has no timeout of its own."""
    answer: Future[tuple[int, bytes]] = Future()

    def ask() -> None:
        try:
            answer.set_result(_ask(connection, place, form, headers))
        except Exception as error:  # noqa: BLE001 - who waits gets it
            answer.set_exception(error)

    Thread(target=ask, name=THREAD, daemon=True).start()
    try:
        return answer.result(DEADLINE)
    finally:
        _end(connection)


def _ask(connection: _Connection, place: SplitResult, form: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
    target = f"{place.path or '/'}{f'?{place.query}' if place.query else ''}"
    with closing(connection):
        if form is None:
            connection.request("GET", target, headers=headers)
        else:
            connection.request("POST", target, form, {"Content-Type": "application/x-www-form-urlencoded", **headers})
        with connection.getresponse() as answer:
            body = answer.read(MAX_BYTES + 1)
            if len(body) > MAX_BYTES:
                raise ValueError("too large an answer")
            return answer.status, body


def _read_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreachable("no JSON") from None
    if not isinstance(found, dict):
        raise Unreachable("no JSON object")
    return found


def _error_word(body: bytes) -> str:
    """The provider's error code, such as invalid_client; empty if it sent none."""
    try:
        word = _read_object(body).get("error")
    except Unreachable:
        return ""
    return word if isinstance(word, str) and word.isprintable() and len(word) <= MAX_WORD else ""


def _end(connection: _Connection) -> None:
    """Shut the connection down, which wakes a thread still waiting for it."""
    if connection.reached is not None:
        with suppress(OSError):
            connection.reached.shutdown(socket.SHUT_RDWR)
