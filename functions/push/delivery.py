"""Handing a message to a push service (RFC 8030)."""

import socket
import ssl
from contextlib import closing
from http.client import HTTPException, HTTPSConnection
from threading import Timer
from urllib.parse import urlsplit

from functions.push.endpoints import HTTPS_PORT, NotPublic, resolve

# Read and total timeouts in seconds, so that a slow service delays no other message.
TIMEOUT, DEADLINE = 5.0, 10.0


class Unreachable(Exception):
    """The service sent no response, or no usable one."""


class _Pinned(HTTPSConnection):
    """Connects to the IP address that was checked: resolving the name again could lead elsewhere."""

    def connect(self) -> None:
        address = resolve(self.host, self.port)
        raw = socket.create_connection((address, self.port), TIMEOUT)
        trusted = ssl.create_default_context()
        tls = trusted.wrap_socket(raw, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = tls
        tls.do_handshake()


def post(endpoint: str, body: bytes, headers: dict[str, str]) -> int:
    """Post a message; returns the service's status. Redirects are not followed. Raises Unreachable."""
    address = urlsplit(endpoint)
    target = f"{address.path or '/'}{f'?{address.query}' if address.query else ''}"
    connection = _Pinned(address.hostname or "", address.port or HTTPS_PORT, timeout=TIMEOUT)
    timer = Timer(DEADLINE, _end, (connection,))
    timer.daemon = True
    timer.start()
    try:
        with closing(connection):
            connection.request("POST", target, body, headers)
            return connection.getresponse().status
    except (OSError, HTTPException, NotPublic, ValueError) as error:
        raise Unreachable(str(error)) from error
    finally:
        timer.cancel()


def _end(connection: HTTPSConnection) -> None:
    """Close the connection, which wakes the threads waiting for it."""
    if (sock := connection.sock) is not None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
