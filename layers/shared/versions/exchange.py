"""Requests and responses on their way through a version, and the API behind it."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import Response

from shared.kit.errors import AppError, PayloadTooLarge
from shared.kit.http.middleware import App, Headers, Message, Receive, Scope, Send, render_error, respond
from shared.kit.http.request_body import MAX_DOCUMENT, parse_json
from shared.kit.json import json_text

JSON = "application/json"
CONTENT_LENGTH, CONTENT_TYPE = b"content-length", b"content-type"
# A parameter of a query string and its value.
Pair = tuple[str, str]


@dataclass(frozen=True)
class Request:
    """A request that a version may change: every change returns a new one."""

    scope: Scope
    receive: Receive
    method: str
    path: str
    # Scheme and host of the requested address.
    own: str = ""
    # The values of the path's variables.
    variables: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def header(self, name: str) -> str:
        wanted = name.encode()
        return next((str(value, "latin-1") for key, value in self.scope["headers"] if key == wanted), "")

    @property
    def query(self) -> list[Pair]:
        return parse_qsl(str(self.scope["query_string"], "latin-1"), keep_blank_values=True)

    def to(self, path: str, *, method: str = "") -> "Request":
        """The same request for another path."""
        return replace(self, path=path, method=method or self.method)

    def with_query(self, pairs: list[Pair]) -> "Request":
        return replace(self, scope={**self.scope, "query_string": urlencode(pairs).encode()})

    def with_header(self, name: str, value: str | None) -> "Request":
        """Replace or remove a header."""
        headers = [each for each in self.scope["headers"] if each[0] != name.encode()]
        if value is not None:
            headers.append((name.encode(), value.encode("latin-1", "replace")))
        return replace(self, scope={**self.scope, "headers": headers})

    async def read(self) -> "Request":
        """The same request with its body. Raises PayloadTooLarge if it exceeds the limit for documents."""
        if self.body is not None:
            return self
        body = bytearray()
        more = True
        while more:
            message = await self.receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_DOCUMENT:
                raise PayloadTooLarge
        return replace(self, body=bytes(body))

    @property
    def json(self) -> Any:
        """The parsed body; None if it is not JSON, which the API will report."""
        if self.header("content-type").partition(";")[0].strip().lower() not in {JSON, ""}:
            return None
        try:
            return parse_json(self.body or b"")
        except AppError:
            return None

    def with_json(self, value: Any) -> "Request":
        body = json_text(value).encode("utf-8", "surrogatepass")
        changed = self.with_header("content-type", JSON).with_header("content-length", str(len(body)))
        return replace(changed, body=body)


@dataclass(frozen=True)
class Answer:
    """A response; the headers do not include the length of `body`."""

    status: int
    headers: Headers
    body: bytes = b""

    @property
    def is_json(self) -> bool:
        return any(name == CONTENT_TYPE and value.startswith(JSON.encode()) for name, value in self.headers)

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.is_json and self.body else None

    def with_json(self, value: Any, status: int = 0) -> "Answer":
        headers = [each for each in self.headers if each[0] != CONTENT_TYPE]
        body = json_text(value).encode("utf-8", "backslashreplace")
        return Answer(status or self.status, [*headers, (CONTENT_TYPE, JSON.encode())], body)

    def with_headers(self, *more: tuple[bytes, bytes]) -> "Answer":
        return replace(self, headers=[*self.headers, *more])

    async def send(self, send: Send) -> None:
        length = (CONTENT_LENGTH, str(len(self.body)).encode())
        await respond(send, self.status, [*self.headers, length], self.body)


Api = Callable[[Request], Awaitable[Answer]]
Endpoint = Callable[[Request, Api], Awaitable[Answer]]


async def only(request: Request, *names: str) -> Request:
    """Keep only these fields of the body: version 2 ignores others. Raises PayloadTooLarge."""
    request = await request.read()
    body = request.json
    return (
        request.with_json({name: body[name] for name in names if name in body}) if isinstance(body, dict) else request
    )


def refusal(error: AppError) -> Answer:
    """An error as a response."""
    status, headers, body = render_error(error)
    return Answer(status, [each for each in headers if each[0] != CONTENT_LENGTH], body)


def whole(response: Response) -> Answer:
    """Convert a response that has its whole body."""
    headers = [each for each in response.raw_headers if each[0] != CONTENT_LENGTH]
    return Answer(response.status_code, headers, bytes(response.body))


def asked(app: App) -> Api:
    """The API behind an ASGI app, for whole requests and responses."""

    async def api(request: Request) -> Answer:
        collected = Collected()
        # The API grants CORS in its own way, so it gets no Origin header.
        scope = {**request.with_header("origin", None).scope, "method": request.method, "path": request.path}
        scope["raw_path"] = quote(request.path).encode()
        await app(scope, request.receive if request.body is None else _once(request), collected)
        return collected.answer()

    return api


def _once(request: Request) -> Receive:
    """Sends the body to the app, then passes on the client's further messages."""
    pending: list[Message] = [{"type": "http.request", "body": request.body, "more_body": False}]

    async def receive() -> Message:
        return pending.pop() if pending else await request.receive()

    return receive


class Collected:
    """Collects the response that an app sends."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: Headers = []
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(name.lower(), value) for name, value in message["headers"]]
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def answer(self) -> Answer:
        return Answer(self.status, [each for each in self.headers if each[0] != CONTENT_LENGTH], bytes(self.body))
