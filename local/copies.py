"""Cached copies of public responses, for the five seconds that a response itself allows (decision 20).

They work like CloudFront's cache on AWS, before everything but the request's id, and by the same rules: requests with
credentials never get a copy, and errors are never cached.
"""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, NamedTuple

from local.monitoring.observer import FOUND, Ready
from shared.kit.http.fast_routes import CREDENTIALS, SHARED, SHARED_SECONDS
from shared.kit.http.middleware import App, Headers, Message, Receive, Scope, Send

# As in infra/stacks/edge.yaml; also below a version's prefix.
PUBLIC = "/api/user/tutor/"
# Requests with these headers, or that ask for a fresh response (RFC 9111 section 5.2.1), bypass the copies.
ALWAYS_NEW = CREDENTIALS | {b"cache-control", b"pragma"}
# What a response depends on besides its URL: the CORS headers, a version's absolute URLs, the compression.
VARYING = frozenset({b"origin", b"host", b"accept-encoding"})
MAX_BYTES = 16_000_000
# The size of a copy besides its body: its headers and Python objects.
BYTES_BESIDE = 2_000
AGES = [str(seconds).encode() for seconds in range(SHARED_SECONDS)]
Key = tuple[Any, ...]


class Copy(NamedTuple):
    """A cached response, when it was requested (monotonic seconds), and the scope in which the router noted its route.

    `lines` are its headers as sent over the wire.
    """

    since: float
    headers: Headers
    lines: bytes
    body: bytes
    found: Scope
    size: int


class Copies:
    """Wraps the ASGI app of one process; it keeps at most MAX_BYTES and evicts the oldest copies."""

    def __init__(self, app: App, max_bytes: int = MAX_BYTES, clock: Callable[[], float] = monotonic) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.clock = clock
        self.size = 0
        # Oldest first.
        self._kept: dict[Key, Copy] = {}

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        key = key_of(scope) if scope["type"] == "http" else None
        if key is None:
            return self.app(scope, receive, send)
        now = self.clock()
        copy = self._kept.get(key)
        if copy is None or now - copy.since >= SHARED_SECONDS:
            return self.app(scope, receive, self._keeping(key, now, scope, send))
        scope[FOUND].append(copy.found)
        return _repeat(copy, AGES[int(now - copy.since)], send)

    def find(self, scope: Scope) -> Ready | None:
        """The copy that answers an HTTP request immediately, if there is one."""
        key = key_of(scope)
        if key is None or (copy := self._kept.get(key)) is None:
            return None
        age = self.clock() - copy.since
        if age >= SHARED_SECONDS:
            return None
        return copy.found, b"%bage: %b\r\n" % (copy.lines, AGES[int(age)]), copy.body

    def _keeping(self, key: Key, now: float, scope: Scope, send: Send) -> Send:
        headers: Headers = []
        parts: list[bytes] = []

        async def send_and_keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Other code appends to the message's own list.
                headers.extend(message["headers"] if SHARED[0] in message["headers"] else ())
            elif headers:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    self._keep(key, now, headers, b"".join(parts), scope[FOUND][-1])
            await send(message)

        return send_and_keep

    def _keep(self, key: Key, now: float, headers: Headers, body: bytes, found: Scope) -> None:
        self._drop(key)
        size = BYTES_BESIDE + len(body) + sum(map(len, key))
        if size > self.max_bytes:
            return
        if not any(name == b"content-length" for name, _ in headers):
            headers.append((b"content-length", str(len(body)).encode()))
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self._kept[key] = Copy(now, headers, lines, body, {"route": found.get("route")}, size)
        self.size += size
        while self.size > self.max_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        if dropped := self._kept.pop(key, None):
            self.size -= dropped.size


def key_of(scope: Scope) -> Key | None:
    """The key of a copy; None for requests that must not get one."""
    if PUBLIC not in scope["path"] or scope["method"] != "GET":
        return None
    varying = [scope["scheme"], scope["path"], scope["query_string"]]
    for name, value in scope["headers"]:
        if name in ALWAYS_NEW:
            return None
        if name in VARYING:
            varying += (name, value)
    return tuple(varying)


async def _repeat(copy: Copy, age: bytes, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [*copy.headers, (b"age", age)]})
    await send({"type": "http.response.body", "body": copy.body})
