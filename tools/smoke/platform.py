"""A running platform as a client sees it, over HTTP and WebSocket."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

AGENT = "tutoring-smoke"


class Failed(Exception):
    """What does not work, in one line."""


@dataclass
class Person:
    """An account; signing in fills in the rest."""

    email: str
    password: str
    access: str = ""
    id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Platform:
    """The platform at an address such as https://tutoring.example.com; `patience` is its timeout in seconds."""

    url: str
    patience: float

    def call(self, method: str, path: str, person: Person | None = None, body: Any = None, key: str = "") -> Any:
        """Call the API and return the response's JSON; requests with the same `key` have one effect. Raises Failed."""
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": AGENT}
        if key:
            headers["Idempotency-Key"] = key
        if person:
            headers["Authorization"] = f"Bearer {person.access}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310 http(s) is checked where the address is read
        try:
            with urllib.request.urlopen(request, timeout=self.patience) as answer:  # noqa: S310
                text = answer.read()
            return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            raise Refused(method, path, error) from None
        except (OSError, ValueError) as error:
            raise Failed(f"{method} {path}: {reason(error)}") from None

    @contextmanager
    def open_socket(self, person: Person, conversation: str) -> "Iterator[Socket]":
        """Open a socket for a conversation during the block. Raises Failed."""
        address = f"{self.url.replace('http', 'ws', 1)}/ws/chat/{conversation}/?protocol=2&token={person.access}"
        with ExitStack() as stack:
            try:
                opening = connect(address, open_timeout=self.patience, user_agent_header=AGENT, compression=None)
                connection = stack.enter_context(opening)
            except InvalidStatus as error:
                raise Failed(f"the handshake is refused with {error.response.status_code}") from None
            except (OSError, WebSocketException) as error:
                raise Failed(f"the socket does not open: {reason(error)}") from None
            yield Socket(connection)


class Refused(Failed):
    """The response has an error status."""

    def __init__(self, method: str, path: str, answer: urllib.error.HTTPError) -> None:
        self.status = answer.code
        with answer:
            text = answer.read().decode(errors="replace")
        super().__init__(f"{method} {path.partition('?')[0]} answers {answer.code}: {text[:200]}")


@dataclass(frozen=True)
class Socket:
    """An open socket of a conversation."""

    connection: ClientConnection

    def send(self, event: str, data: Any) -> None:
        """Raises Failed."""
        try:
            self.connection.send(json.dumps({"event": event, "data": data}))
        except WebSocketException as error:
            raise Failed(f"nothing can be sent: {reason(error)}") from None

    def wait_for(self, event: str, of: Callable[[Any], bool], seconds: float) -> Any:
        """The data of the first matching event; others are ignored. Raises Failed."""
        deadline = time.monotonic() + seconds
        try:
            while True:
                frame = json.loads(self.connection.recv(max(0.0, deadline - time.monotonic())))
                if frame["event"] == event and of(frame["data"]):
                    return frame["data"]
        except TimeoutError:
            raise Failed(f"no {event} in {seconds:g} s") from None
        except (WebSocketException, ValueError, LookupError, TypeError) as error:
            raise Failed(f"while waiting for {event}: {reason(error)}") from None


def reason(error: Exception) -> str:
    """An error in one line, even if it has no text."""
    return " ".join(str(error).split()) or type(error).__name__
