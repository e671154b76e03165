"""Asking an OpenID provider for JSON documents.

The operator names the provider; what it says of its other addresses is followed only into the internet, and by https.
"""

import json
import socket
import ssl
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import Any
from urllib.parse import SplitResult, urlsplit

from shared.kit.public_addresses import is_public

# Seconds without a word from the provider, and for all of an answer: one that drips holds nobody up.
TIMEOUT, DEADLINE = 5.0, 8.0
MAX_BYTES = 256 * 1024
OK, SERVER_ERROR = 200, 500


class Unreachable(Exception):
    """Nothing was heard of the provider, or nothing of use."""


class Refused(Exception):
    """The provider refused what it was asked: a 4xx."""


class _Connection(HTTPConnection):
    """Connects to the very address that was checked: asked once more, a name may lead elsewhere."""

    def __init__(self, address: SplitResult, *, may_be_private: bool) -> None:
        self.is_secure = address.scheme == "https"
        default = HTTPSConnection.default_port if self.is_secure else HTTPConnection.default_port
        super().__init__(address.hostname or "", address.port or default, timeout=TIMEOUT)
        self.may_be_private = may_be_private

    def connect(self) -> None:
        found = [str(each[4][0]) for each in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)]
        if not self.may_be_private and not all(is_public(each) for each in found):
            raise OSError(f"{self.host} is not in the internet")
        self.sock = socket.create_connection((found[0], self.port), TIMEOUT)
        if self.is_secure:
            tls = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = tls
            tls.do_handshake()


def fetch(
    address: str, issuer: str, *, form: str | None = None, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object at an address, asked for by GET or with a form by POST; a redirect is not followed.

    Raises Unreachable or Refused.
    """
    try:
        place, own = urlsplit(address), urlsplit(issuer)
        is_own = (place.scheme, place.netloc) == (own.scheme, own.netloc)
        if place.username is not None or not (place.scheme == "https" or (place.scheme == "http" and is_own)):
            raise Unreachable(f"{address} is no https address")
        connection = _Connection(place, may_be_private=is_own)
        status, body = _ask(connection, place, form, {"Accept": "application/json", **(headers or {})})
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(str(error)) from error
    if status != OK:
        raise (Unreachable if status >= SERVER_ERROR or status < 400 else Refused)(f"{address} answered {status}")
    return _read_object(body)


def _ask(connection: _Connection, place: SplitResult, form: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
    target = f"{place.path or '/'}{f'?{place.query}' if place.query else ''}"
    timer = Timer(DEADLINE, _end, (connection,))
    timer.daemon = True
    timer.start()
    try:
        with closing(connection):
            if form is None:
                connection.request("GET", target, headers=headers)
            else:
                connection.request(
                    "POST", target, form, {"Content-Type": "application/x-www-form-urlencoded", **headers}
                )
            answer = connection.getresponse()
            body = answer.read(MAX_BYTES + 1)
            if len(body) > MAX_BYTES:
                raise ValueError("too large an answer")
            return answer.status, body
    finally:
        timer.cancel()


def _read_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreachable("no JSON") from None
    if not isinstance(found, dict):
        raise Unreachable("no JSON object")
    return found


def _end(connection: HTTPConnection) -> None:
    """Wake who waits for it."""
    if (sock := connection.sock) is not None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
