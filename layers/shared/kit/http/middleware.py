"""ASGI middleware for every HTTP response: HEAD, CORS, trailing slashes, and caching and content-type headers.

With an ORIGIN_SECRET only requests that carry it are answered: those of the CDN, so that nobody bypasses it.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from secrets import token_hex
from typing import Any

from shared.kit.errors import AppError
from shared.kit.json import json_text
from shared.kit.observability.log import event, in_event
from shared.kit.security.origin_secret import is_origin_secret, origin_secret
from shared.kit.settings import settings

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

PREFLIGHT_HEADERS: Headers = [
    (b"access-control-allow-methods", b"DELETE, GET, OPTIONS, PATCH, POST, PUT"),
    (
        b"access-control-allow-headers",
        b"accept, authorization, content-type, idempotency-key, user-agent, x-csrftoken, x-requested-with",
    ),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
]

# A browser must not interpret a response as anything but its content type.
NOSNIFF = (b"x-content-type-options", b"nosniff")
NO_STORE = (b"cache-control", b"no-store")
READS = ("GET", "HEAD", "OPTIONS")
# For the local server's own pages: no other site may read the mails there.
PRIVATE_PREFIX = "/_local/"
# The paths that the CDN routes to the functions.
BEHIND_CDN = ("/api/", "/media/")
# Pages load these without credentials, and browsers cache them; scripts that fetch them again get the cached copy.
FILES = ("/media/", "/static/media/")
# Spelled as the CDN and API Gateway write it themselves.
FORBIDDEN = b'{"message":"Forbidden"}'


class Heads:
    """Wraps an ASGI app, to answer HEAD as GET without the body (RFC 9110, section 9.3.2).

    It stands before compression and copies, so that the header fields they add or change are the same.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET", "bodiless": True}, receive, send_without_body)


class ApiMiddleware:
    """Wraps an ASGI app; `allowed` returns the Allow header of a route's path."""

    def __init__(self, app: App, allowed: Mapping[str, str]) -> None:
        self.app = app
        self.allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif in_event():
            await self._answer(scope, receive, send)
        else:
            with event(request_id=token_hex(8)):
                await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if origin_secret() and scope["path"].startswith(BEHIND_CDN) and not is_from_cdn(scope):
            length = str(len(FORBIDDEN)).encode()
            await respond(send, 403, [(b"content-type", b"application/json"), (b"content-length", length)], FORBIDDEN)
            return
        origin = header(scope, b"origin")
        named = origin or scope["path"].startswith(FILES)
        cors = cors_headers(origin) if named and not scope["path"].startswith(PRIVATE_PREFIX) else []
        if scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method"):
            await respond(send, 200, [*cors, *PREFLIGHT_HEADERS, NOSNIFF])
            return
        private = is_private(scope)
        scope = {**scope, "path": with_slash(scope["path"])}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = scope.get("route")
                if route is not None and route.path in self.allowed:
                    message["headers"].append((b"allow", self.allowed[route.path].encode()))
                message["headers"].extend(cors)
                message["headers"].append(NOSNIFF)
                if private and not any(name == b"cache-control" for name, _ in message["headers"]):
                    message["headers"].append(NO_STORE)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def header(scope: Scope, name: bytes) -> str:
    """The value of a request header, given its lower-case name; "" if it is absent."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""


def is_from_cdn(scope: Scope) -> bool:
    """Whether a request came through the CDN, so that the CDN's own headers can be trusted."""
    return is_origin_secret(header(scope, b"x-origin-secret"))


def is_private(scope: Scope) -> bool:
    """Whether the response is for the caller alone: tokens, an account's data, mails of the local server."""
    return (
        scope["method"] not in READS
        or bool(header(scope, b"authorization"))
        or scope["path"].startswith(PRIVATE_PREFIX)
    )


def with_slash(path: str) -> str:
    """Add the final slash that every API path has; callers may leave it out."""
    return path if path.endswith("/") or not path.startswith("/api/") else path + "/"


def cors_headers(origin: str) -> Headers:
    allowed = settings().cors_origins
    if "*" in allowed:
        granted = "*"
    elif origin in allowed:
        granted = origin
    else:
        return [(b"vary", b"Origin")]
    headers = [
        (b"access-control-allow-origin", granted.encode()),
        (b"access-control-expose-headers", b"Link, Retry-After"),
    ]
    return headers if granted == "*" else [*headers, (b"vary", b"Origin")]


async def respond(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def render_error(error: AppError, body: Any = None) -> tuple[int, Headers, bytes]:
    """An error as status, headers and JSON; `body` is its body in another language."""
    content = json_text(error.body if body is None else body).encode("utf-8", "backslashreplace")
    headers: Headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    return error.status, headers + [(k.lower().encode(), v.encode()) for k, v in error.headers.items()], content
