"""The gateway emulator in front of a test's function, served as in the local server."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from local.gateway import management
from local.gateway.emulator import Gateway
from local.gateway.peer_workers import Listener
from local.gateway.pusher import LocalPusher
from shared.kit.http.app import http_app
from shared.kit.http.middleware import Receive, Scope, Send
from tests.support.local_server import free_port
from tools.cloud.serving import serving

PATIENCE = 10.0
Event = dict[str, Any]


class Function:
    """Records its events; the test decides what it answers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        # The number of events in each batch.
        self.rows: list[int] = []
        self.answer: Callable[[Event], Mapping[str, Any]] = welcome
        self._let_in = 0
        self._arrival = threading.Condition()

    def __call__(self, event: Event, _context: object) -> Mapping[str, Any]:
        with self._arrival:
            self.events.append(event)
            self._arrival.notify_all()
        result = self.answer(event)
        if event["requestContext"]["eventType"] == "CONNECT" and result.get("statusCode") == 200:
            self._let_in += 1
        return result

    def batch(self, events: Sequence[Event]) -> Mapping[str, Any]:
        """Handle a batch of events that waited together."""
        self.rows.append(len(events))
        return [self(event, None) for event in events][-1]

    def wait_for(self, kind: str, number: int = 1) -> list[Event]:
        """The events of a kind (CONNECT, MESSAGE, DISCONNECT), once there are `number`."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: len(self.seen(kind)) >= number, PATIENCE), kind
            return self.seen(kind)

    def seen(self, kind: str) -> list[Event]:
        return [event for event in self.events if event["requestContext"]["eventType"] == kind]

    def forget(self) -> None:
        """Wait until all clients have disconnected, then clear the recorded events."""
        if self._let_in:
            self.wait_for("DISCONNECT", self._let_in)
        self.events, self.rows, self._let_in, self.answer = [], [], 0, welcome


def welcome(_event: Event) -> Mapping[str, Any]:
    return {"statusCode": 200}


class Emulator:
    """A running gateway on a port of its own."""

    def __init__(self, function: Function, gateway: Gateway, sockets: Path) -> None:
        self.function = function
        self.gateway = gateway
        self.pusher = LocalPusher(gateway, sockets)
        self.sockets = sockets
        self.port = free_port()
        self.ready = threading.Event()
        self.http = http_app(others=management.routes(self.pusher), lifespan=lambda _app: self._running())

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        peers = Listener(self.gateway)
        await peers.open(self.sockets)
        self.gateway.open()
        try:
            yield
        finally:
            await peers.close()
            self.gateway.shut()
            self.pusher.peers.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: Any = self.gateway if scope["type"] == "websocket" else self.http
        await app(scope, receive, send)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self, target: str = "/ws/?token=t", **options: Any) -> AbstractContextManager[ClientConnection]:
        """A client's socket."""
        opening: AbstractContextManager[ClientConnection] = connect(
            f"ws://127.0.0.1:{self.port}{target}", compression=None, ping_interval=None, **options
        )
        return opening

    def connection_id(self) -> str:
        """The id of the socket that was opened last."""
        return str(self.function.wait_for("CONNECT")[-1]["requestContext"]["connectionId"])


@contextmanager
def running_emulator(
    sockets: Path, *, routes: tuple[str, ...] = ("$connect", "$disconnect", "$default", "chat", "many"), **limits: Any
) -> Iterator[Emulator]:
    """`limits` are the gateway's idle time and lifetime in seconds. Events of route "many" are handled in batches."""
    function = Function()
    gateway = Gateway(function, routes, threads=2, batches={"many": function.batch}, **limits)
    emulator = Emulator(function, gateway, sockets)
    with serving(emulator, emulator.port):
        yield emulator
