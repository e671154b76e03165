"""Gives every request an id, and records its outcome.

A caller's own `X-Request-ID` is kept, the response repeats it, and every line logged for the request carries it.
Requests are counted and logged in batches, which is cheaper: the last batch is lost if the process is killed.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from itertools import count
from secrets import token_hex
from time import perf_counter, time
from typing import Any

from starlette.routing import BaseRoute, Mount, Route

from local.gateway.socket_paths import CHAT_PATH, NOTIFICATIONS_PATH, ROOT_PATH, USER_PATH, VERSIONED
from local.monitoring.access_log import AccessLog, Answered
from local.monitoring.figures import Figures, Snapshot
from shared.kit.http.app import METHODS
from shared.kit.http.middleware import App, Message, Receive, Scope, Send, header
from shared.kit.observability.log import event

HEADER = b"x-request-id"
WRITE_SECONDS = 0.2
REQUEST_ID = re.compile(r"[A-Za-z0-9._:=+/-]{1,128}")
# Labels of requests that matched no route.
FRONTEND, PREFLIGHT, UNKNOWN = "(frontend)", "(preflight)", "(unknown)"
OK, SWITCHING_PROTOCOLS, FORBIDDEN, SERVER_ERROR = 200, 101, 403, 500
# The key of the scope under which the router stores the route it found.
FOUND = "local.found"
# A prepared response: the scope in which the router noted its route, its header lines, and its body.
Ready = tuple[Scope, bytes, bytes]


class RouteFinder:
    """Wraps the router and keeps the scope in which it notes the route, because middleware passes on a copy."""

    def __init__(self, app: App) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if found := scope.get(FOUND):
            found.append(scope)
        return self.app(scope, receive, send)


class Observer:
    """Wraps everything else. `others` are the routes outside the API; `find_ready` finds copies."""

    def __init__(
        self,
        http: App,
        sockets: App,
        figures: Figures,
        access_log: AccessLog | None,
        others: Sequence[BaseRoute],
        *,
        find_ready: Callable[[Scope], Ready | None] | None = None,
    ) -> None:
        self.http = http
        self.find_ready = find_ready
        self.sockets = sockets
        self.figures = figures
        self.access_log = access_log
        self._answered: list[Answered] = []
        self.templates: dict[Any, str] = {each.endpoint: each.path for each in others if isinstance(each, Route)}
        self.templates |= {each.app: f"{each.path}/{{path}}" for each in others if isinstance(each, Mount)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await (self._open if scope["type"] == "websocket" else self.http)(scope, receive, send)
            return
        started = perf_counter()
        request_id = request_id_of(scope)
        status = SERVER_ERROR

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((HEADER, request_id.encode()))
            await send(message)

        found = scope[FOUND] = [scope]
        with event(request_id=request_id) as ids:
            try:
                await self.http(scope, receive, send_with_id)
            finally:
                self._record(scope["method"], self._route(scope, found[-1]), status, started, ids)

    def at_once(self, scope: Scope) -> bytes | None:
        """What `local.http_protocol` writes after the first lines of a 200 that needs no work."""
        started = perf_counter()
        ready = self.find_ready(scope) if self.find_ready else None
        if ready is None:
            return None
        found, lines, body = ready
        request_id = request_id_of(scope)
        self._record("GET", self._route(scope, found), OK, started, {"request_id": request_id})
        return b"%bx-request-id: %b\r\n\r\n%b" % (lines, request_id.encode(), body)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The handshake of a WebSocket counts as a request."""
        started = perf_counter()
        ids = {"request_id": request_id_of(scope)}
        is_answered = False

        async def watch(message: Message) -> None:
            nonlocal is_answered
            if not is_answered:
                is_answered = True
                self._record("GET", socket_route(scope["path"]), handshake_status(message), started, ids)
            await send(message)

        await self.sockets(scope, receive, watch)

    def _record(self, method: str, route: str, status: int, started: float, ids: dict[str, str]) -> None:
        if not self._answered:
            asyncio.get_running_loop().call_later(WRITE_SECONDS, self.write)
        if method not in METHODS:  # a client's own words
            method = "OTHER"
        self._answered.append(Answered(method, route, status, perf_counter() - started, time(), ids))

    def write(self) -> None:
        """Count and log requests since the last call; on the loop's thread."""
        answered, self._answered = self._answered, []
        for method, route, status, seconds, _at, _ids in answered:
            self.figures.add_request(method, route, status, seconds)
        if self.access_log:
            self.access_log.write(answered)

    def snapshot(self) -> Snapshot:
        """The figures, including the latest requests."""
        self.write()
        return self.figures.snapshot()

    def _route(self, scope: Scope, inner: Scope) -> str:
        """The template of the route that answered, because paths contain ids and are unbounded in number."""
        if inner is scope:
            return PREFLIGHT if scope["method"] == "OPTIONS" else FRONTEND
        if (route := inner.get("route")) is not None:
            return str(route.path_format)
        return self.templates.get(inner.get("endpoint"), UNKNOWN)


def request_id_of(scope: Scope) -> str:
    """The caller's id if it is safe to log, or else a new one."""
    said = header(scope, HEADER)
    return said if said and REQUEST_ID.fullmatch(said) else f"{process_id()}{next(NUMBERS):08x}"


@cache
def process_id() -> str:
    """Computed after the fork, if there is one."""
    return token_hex(4)


NUMBERS = count()


def socket_route(path: str) -> str:
    if versioned := VERSIONED.fullmatch(path):
        path = versioned[2]
    if path.startswith(CHAT_PATH):
        return f"{CHAT_PATH}{{conversation}}/"
    path = path.removesuffix("/") + "/"
    return path if path in {NOTIFICATIONS_PATH, USER_PATH, ROOT_PATH} else UNKNOWN


def handshake_status(message: Mapping[str, Any]) -> int:
    if message["type"] == "websocket.accept":
        return SWITCHING_PROTOCOLS
    return int(message.get("status", FORBIDDEN))
