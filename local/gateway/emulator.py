"""An emulator of the API Gateway WebSocket API: real sockets in, Lambda events out.

Faithful in ids, route keys, event shapes, limits and error frames. Three things differ on purpose:
binary frames go to $default, in base64, instead of closing the socket, one sender's frames are handled in order, and
sockets live without limit unless one is set.
"""

import asyncio
import json
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local.gateway.connection_ids import new_connection_id
from local.gateway.events import Connection, gateway_error
from local.gateway.frame_budgets import HANDSHAKE, FrameBudgets
from local.gateway.handler_threads import Batch, Handler, HandlerThread, Result
from local.gateway.socket_paths import stage_query
from local.gateway.websocket_protocol import LINK, Link, text_frame
from shared.kit.http.middleware import NOSNIFF, Receive, Scope, Send
from shared.kit.settings import settings

OK, FORBIDDEN, NOT_FOUND, TOO_MANY_REQUESTS, SERVER_ERROR = 200, 403, 404, 429, 500
REASONS = {FORBIDDEN: "Forbidden", NOT_FOUND: "Not Found", TOO_MANY_REQUESTS: "Too Many Requests"}
NORMAL, GOING_AWAY, POLICY_VIOLATION, ABNORMAL = 1000, 1001, 1008, 1006
# How many frames of one socket may wait for the function before reading from it pauses.
MAX_PENDING = 8
SWEEP_SECONDS = 10.0
# docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
IDLE_SECONDS = 600.0


class Socket:
    """An open WebSocket of this process. `active_at` and `opened_at` are monotonic seconds."""

    def __init__(self, connection: Connection, link: Link, thread: HandlerThread) -> None:
        # The fairness key of its events: shared by all sockets opened with one token.
        self.sender = client_of(connection)
        self.connection = connection
        self.link = link
        self.thread = thread
        self.pending = 0
        # Reading is paused until some of it is handled.
        self.is_held = False
        # Closed by us for what it sent: its remaining frames are discarded.
        self.is_dropped = False
        self.active_at = self.opened_at = time.monotonic()

    def is_wanted(self) -> bool:
        """Whether its frames should still be handled."""
        return not self.is_dropped

    def hold_or_release(self) -> None:
        """Pause or resume reading, depending on what is pending; on the loop's thread."""
        if not self.is_held and self.pending >= MAX_PENDING:
            self.is_held = True
            self.link.pause()
        # Also resumes a socket held just now: everything may have been handled before the flag was visible.
        if self.is_held and self.pending <= MAX_PENDING // 2:
            self.is_held = False
            self.link.resume()

    def post(self, frame: bytes) -> None:
        """Send a frame; a reader too far behind is disconnected."""
        self.active_at = time.monotonic()
        if not self.link.post(frame):
            self.link.shut(POLICY_VIOLATION)


class Gateway:
    """ASGI app for WebSockets. `routes` are the route keys there are; `handler` answers all of them.

    Events of a route in `batches` that wait at the same time are passed to its function there together.
    """

    def __init__(
        self,
        handler: Handler,
        routes: Iterable[str],
        *,
        threads: int,
        batches: Mapping[str, Batch] | None = None,
        flood_frame: Callable[[Connection], bytes | None] = lambda _connection: None,
        closing_frame: Callable[[Connection], bytes | None] = lambda _connection: None,
        counts_frames: bool = True,
        idle: float = IDLE_SECONDS,
        lifetime: float | None = None,
        query_of: Callable[[Scope], dict[str, str] | None] = stage_query,
    ) -> None:
        self.sockets: dict[str, Socket] = {}
        # Frames since this process started.
        self.received = self.sent = 0
        self.routes = frozenset(routes)
        # Opens and closes sockets.
        self.door = HandlerThread(handler, {}, "door")
        names = [f"thread-{number}" for number in range(threads)]
        self.threads = [HandlerThread(handler, batches or {}, name, self.door) for name in names]
        self.flood_frame = flood_frame
        self.closing_frame = closing_frame
        self.counts_frames = counts_frames
        self.idle = idle
        self.lifetime = lifetime
        self.query_of = query_of
        self._budgets = FrameBudgets()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sweeper: asyncio.Task[None] | None = None
        self._outgoing: deque[tuple[Socket, bytes]] = deque()
        self._flush_is_due = False

    def open(self) -> None:
        """Start on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._sweeper = self._loop.create_task(self._sweep())
        for thread in (*self.threads, self.door):
            thread.start()

    def shut(self) -> None:
        """Let the function handle the last events, then end."""
        if self._sweeper:
            self._sweeper.cancel()
        for thread in (*self.threads, self.door):
            thread.finish()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        query = self.query_of(scope)
        if query is None:
            await refuse(send, FORBIDDEN)
            return
        connection = describe(scope, query)
        budget = self._budgets.of(client_of(connection)) if self.counts_frames and settings().rate_limits else None
        if budget and not budget.spend(HANDSHAKE):
            await refuse(send, TOO_MANY_REQUESTS)
            return
        status = (await self._connect(connection)).get("statusCode")
        if status != OK:
            await refuse(send, status if isinstance(status, int) else SERVER_ERROR)
            return
        await send({"type": "websocket.accept"})
        link: Link = scope["extensions"][LINK]
        socket = self.sockets[connection.id] = Socket(connection, link, self._thread_of(connection))
        link.sender, link.budget = socket.sender, budget
        link.on_text = lambda text: self._take(socket, text)
        link.on_binary = lambda data: self._take(socket, b64encode(data).decode(), is_base64=True)
        link.on_flood = lambda: self._drop(socket)
        link.last_words = lambda: self.closing_frame(connection)
        code = ABNORMAL
        try:
            code = await closed(receive)
        finally:
            del self.sockets[connection.id]
            socket.thread.put(socket.sender, connection.disconnect_event(code, ""), lambda _result: None)

    def _thread_of(self, connection: Connection) -> HandlerThread:
        """One thread for all sockets of a conversation, so that messages are pushed in the order of storage."""
        return self.threads[hash(connection.query.get("conversation") or client_of(connection)) % len(self.threads)]

    async def _connect(self, connection: Connection) -> Result:
        """The function's response to a handshake."""
        answered: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        event = connection.connect_event()
        self.door.put(client_of(connection), event, lambda result: self._call(answered.set_result, result))
        return await answered

    def _take(self, socket: Socket, text: str, *, is_base64: bool = False) -> None:
        """Pass a received frame to the function."""
        socket.active_at = time.monotonic()
        self.received += 1
        route = self._route(text)
        if route is None:
            socket.post(text_frame(gateway_error("Forbidden", socket.connection)))
            return
        socket.pending += 1
        socket.hold_or_release()
        event = socket.connection.message_event(route, text, is_base64=is_base64)
        socket.thread.put(socket.sender, event, lambda result: self._handled(socket, result), socket.is_wanted)

    def _drop(self, socket: Socket) -> None:
        """Drop the frames of a client that sends too many."""
        socket.is_dropped = True
        if frame := self.flood_frame(socket.connection):
            socket.post(text_frame(frame))

    def _route(self, text: str) -> str | None:
        """The route key by $request.body.event."""
        try:
            key = json.loads(text)["event"]
        except (ValueError, LookupError, TypeError, RecursionError):
            key = None
        if isinstance(key, str) and key in self.routes and not key.startswith("$"):
            return key
        return "$default" if "$default" in self.routes else None

    def _handled(self, socket: Socket, result: Result) -> None:
        """Called in a handler's thread with the function's response."""
        socket.pending -= 1
        if socket.is_held and socket.pending <= MAX_PENDING // 2:
            self._call(socket.hold_or_release)
        status = result.get("statusCode")
        if not isinstance(status, int) or status >= SERVER_ERROR:
            self._send(socket, text_frame(gateway_error("Internal server error", socket.connection)))

    def post(self, connection_ids: Iterable[str], text: bytes) -> list[str]:
        """Send from any thread to sockets of this process; returns the ids that are not open here."""
        missing, frame = [], text_frame(text)
        for each in connection_ids:
            if socket := self.sockets.get(each):
                self._send(socket, frame)
            else:
                missing.append(each)
        return missing

    def _send(self, socket: Socket, frame: bytes) -> None:
        """Many messages from many threads wake the loop only once or twice, but always at least once."""
        self._outgoing.append((socket, frame))
        if not self._flush_is_due:
            self._flush_is_due = True
            self._call(self._flush)

    def _flush(self) -> None:
        # Before taking the first: anything appended from now on requests its own turn.
        self._flush_is_due = False
        while self._outgoing:
            socket, frame = self._outgoing.popleft()
            socket.post(frame)
            self.sent += 1

    def close(self, connection_ids: Iterable[str], reason: str = "") -> list[str]:
        """Close from any thread; returns the ids that are not open here."""
        code = NORMAL if reason else GOING_AWAY
        found = {each: self.sockets.get(each) for each in connection_ids}
        for socket in found.values():
            if socket:
                self._call(socket.link.shut, code, reason)
        return [each for each, socket in found.items() if socket is None]

    def _call(self, function: Any, *arguments: Any) -> None:
        """Run something on the loop, from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)

    async def _sweep(self) -> None:
        """Close sockets that were idle or open for too long."""
        while True:
            await asyncio.sleep(min(SWEEP_SECONDS, self.idle / 4))
            now = time.monotonic()
            for socket in list(self.sockets.values()):
                too_old = self.lifetime is not None and now - socket.opened_at > self.lifetime
                if too_old or now - socket.active_at > self.idle:
                    socket.link.shut(GOING_AWAY)


async def closed(receive: Receive) -> int:
    """Wait until a socket closes; its close code."""
    while (message := await receive())["type"] != "websocket.disconnect":
        pass
    return int(message.get("code") or 1005)


def client_of(connection: Connection) -> str:
    """The client's identity: all sockets opened with the same token share one budget and one turn.

    Versions have theirs in a cookie.
    """
    query = connection.query
    cookie = connection.headers.get("cookie", "") if "version" in query else ""
    return query.get("token") or query.get("ticket") or cookie


def describe(scope: Scope, query: dict[str, str]) -> Connection:
    headers = {str(key, "latin-1"): str(value, "latin-1") for key, value in scope["headers"]}
    client = scope.get("client")
    return Connection(
        id=new_connection_id(),
        domain=headers.get("host", "localhost"),
        source_ip=client[0] if client else "",
        user_agent=headers.get("user-agent", ""),
        headers=headers,
        query=query,
    )


async def refuse(send: Send, status: int) -> None:
    """Refuse the handshake with an HTTP status."""
    body = json.dumps({"message": REASONS.get(status, "Unauthorized")}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), NOSNIFF]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
