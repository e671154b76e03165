"""An emulator of the API Gateway WebSocket API: real sockets in, Lambda events out.

Faithful in ids, route keys, event shapes, limits and error frames. Three things differ on purpose:
binary frames are ignored instead of closing the socket, one sender's frames are handled in order, and
sockets live without limit unless one is set.
"""

import asyncio
import base64
import contextlib
import json
import os
import secrets
import struct
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

from local.gateway_events import Connection, gateway_error
from shared.kit.log import logger
from shared.kit.wire import Receive, Scope, Send

Event = dict[str, Any]
Handler = Callable[[Event, object], Mapping[str, Any]]

CHAT_PATH = "/ws/chat/"
ROOT_PATH = "/ws/"
GOING_AWAY, POLICY_VIOLATION = 1001, 1008
# Messages a reader may be behind before it is cut off.
MAX_WAITING = 256
SWEEP_SECONDS = 10.0
# The gateway's own limit; a lifetime is set only to try what AWS does.
IDLE_SECONDS = 600.0


def new_connection_id() -> str:
    """Like AWS's ids; the first four bytes are the process the socket is open in."""
    return base64.urlsafe_b64encode(struct.pack(">I", os.getpid()) + secrets.token_bytes(7)).decode()


def owner_of(connection_id: str) -> int:
    """The process a socket is open in, 0 for what is no id of ours."""
    try:
        return int(struct.unpack(">I", base64.urlsafe_b64decode(connection_id)[:4])[0])
    except (ValueError, struct.error):
        return 0


class Socket:
    """An open WebSocket of this process. `active_at` and `opened_at` are monotonic seconds."""

    def __init__(self, connection: Connection, send: Send) -> None:
        self.connection = connection
        self._send = send
        self._waiting = 0
        self.active_at = self.opened_at = time.monotonic()

    async def send_text(self, text: str) -> None:
        self.active_at = time.monotonic()
        if self._waiting >= MAX_WAITING:
            await self.close(POLICY_VIOLATION)
            return
        self._waiting += 1
        try:
            await self._send({"type": "websocket.send", "text": text})
        except (OSError, RuntimeError):
            pass  # closed meanwhile: $disconnect follows
        finally:
            self._waiting -= 1

    async def close(self, code: int = GOING_AWAY) -> None:
        with contextlib.suppress(OSError, RuntimeError):  # the other side was first
            await self._send({"type": "websocket.close", "code": code})


class Gateway:
    """ASGI app for WebSockets. `routes` are the route keys there are, `handler` answers all of them."""

    def __init__(self, handler: Handler, routes: Iterable[str], *, threads: int, lifetime: float | None = None) -> None:
        self.sockets: dict[str, Socket] = {}
        self.handler = handler
        self.routes = frozenset(routes)
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="chat")
        self.lifetime = lifetime
        self.tasks: set[asyncio.Task[None]] = set()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.loop is None:
            self.loop = asyncio.get_running_loop()
            self.start(self._sweep())
        await receive()  # websocket.connect
        query = stage_query(scope)
        if query is None:
            await refuse(send, 403)
            return
        connection = describe(scope, query)
        status = (await self._invoke(connection.connect_event())).get("statusCode")
        if status != 200:
            await refuse(send, status if isinstance(status, int) else 500)
            return
        await send({"type": "websocket.accept"})
        socket = self.sockets[connection.id] = Socket(connection, send)
        code = 1006
        try:
            code = await self._serve(socket, receive)
        finally:
            del self.sockets[connection.id]
            await self._invoke(connection.disconnect_event(code, ""))

    async def _serve(self, socket: Socket, receive: Receive) -> int:
        """Turn frames into events until the socket closes; returns the close code."""
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return int(message.get("code") or 1005)
            socket.active_at = time.monotonic()
            if (text := message.get("text")) is not None:
                await self._handle(socket, text)

    async def _handle(self, socket: Socket, text: str) -> None:
        route = self._route(text)
        if route is None:
            await socket.send_text(json.dumps(gateway_error("Forbidden", socket.connection)))
            return
        result = await self._invoke(socket.connection.message_event(route, text))
        if not isinstance(result.get("statusCode"), int) or result["statusCode"] >= 500:
            await socket.send_text(json.dumps(gateway_error("Internal server error", socket.connection)))

    def _route(self, text: str) -> str | None:
        """The route key by $request.body.event."""
        try:
            key = json.loads(text)["event"]
        except (ValueError, LookupError, TypeError, RecursionError):
            key = None
        if isinstance(key, str) and key in self.routes and not key.startswith("$"):
            return key
        return "$default" if "$default" in self.routes else None

    async def _invoke(self, event: Event) -> Mapping[str, Any]:
        """Run the function in a thread; a failure is the gateway's 500."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, self.handler, event, None)
        except Exception:  # noqa: BLE001 - what AWS does with a function that fails, however it failed
            logger().exception("function failed")
            return {"statusCode": 500}

    async def _sweep(self) -> None:
        """Close what was idle or open for too long."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = time.monotonic()
            for socket in list(self.sockets.values()):
                too_old = self.lifetime is not None and now - socket.opened_at > self.lifetime
                if too_old or now - socket.active_at > IDLE_SECONDS:
                    await socket.close()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in the background; the loop itself keeps no hold of its tasks."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def post(self, connection_ids: Iterable[str], text: str) -> list[str]:
        """Send from any thread to sockets of this process; returns the ids that are not open here."""
        found = {each: self.sockets.get(each) for each in connection_ids}
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self._send_all, [socket for socket in found.values() if socket], text)
        return [each for each, socket in found.items() if socket is None]

    def _send_all(self, sockets: list[Socket], text: str) -> None:
        for socket in sockets:
            self.start(socket.send_text(text))

    def close(self, connection_ids: Iterable[str]) -> list[str]:
        """Close from any thread; returns the ids that are not open here."""
        found = {each: self.sockets.get(each) for each in connection_ids}
        if self.loop is not None:
            for socket in found.values():
                if socket:
                    self.loop.call_soon_threadsafe(lambda closing: self.start(closing.close()), socket)
        return [each for each, socket in found.items() if socket is None]


def stage_query(scope: Scope) -> dict[str, str] | None:
    """The query as the stage root gets it; None for a path that leads nowhere.

    On AWS CloudFront turns /ws/chat/<conversation>/?token=… into the root with query parameters.
    """
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    path = scope["path"]
    if path == ROOT_PATH:
        return query
    if not path.startswith(CHAT_PATH):
        return None
    return {**query, "conversation": path.removeprefix(CHAT_PATH).removesuffix("/")}


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
    body = json.dumps({"message": "Forbidden" if status == 403 else "Unauthorized"}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
