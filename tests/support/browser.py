"""A browser that calls version 2 of the API through either entry point: it keeps cookies and sends its site."""

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.kit.http.middleware import App, Heads, Message
from tests.support.event_loops import run
from tests.support.lambda_client import ANY, JSON_TYPE
from tools.cloud.http_event import http_event

# The frontend uses another port of the same host: a different origin on the same site.
FRONT, HOST = "http://localhost:3000", "localhost:8000"
SECRET = "s" * 40
PREFIX = "/v2/api/"


@dataclass(frozen=True)
class Answer:
    """`cookies` are the values of Set-Cookie; header names are in lower case, and the last header of a name counts."""

    status: int
    body: bytes
    headers: dict[str, str]
    cookies: list[str] = field(default_factory=list)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class EntryPoint(Protocol):
    # Scheme and host that clients call, as in URLs in responses.
    own: str

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer: ...


class LocalEntry:
    """The local server's app: the version is the first part of the path."""

    own = f"http://{HOST}"

    def __init__(self, app: App) -> None:
        self.app = Heads(app)

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        path, _, query = path.partition("?")
        sent = {"host": HOST, "content-length": str(len(body)), **headers}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.items()],
            "scheme": "http",
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 50_000),
            "root_path": "",
        }
        return run(_ask(self.app, scope, body))


async def _ask(app: App, scope: dict[str, Any], body: bytes) -> Answer:
    messages: list[Message] = []
    sent: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if not sent:
            await asyncio.Event().wait()  # the browser waits for the response
        return sent.pop()

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    start, content = messages[0], b"".join(each.get("body", b"") for each in messages[1:])
    pairs = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
    cookies = [value for name, value in pairs if name == "set-cookie"]
    return Answer(start["status"], content, dict(pairs), cookies)


class CloudEntry:
    """Functions behind the CDN, which moves the version from the path into a header."""

    own = "https://korepetycje.example"

    def __init__(self, handler: Callable[[dict[str, Any], Any], Any]) -> None:
        self.handler = handler

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        edge = {
            "x-origin-secret": SECRET,
            "x-viewer-host": "korepetycje.example",
            "x-viewer-address": "198.51.100.7",
        }
        if not path.startswith("/api/"):
            edge["x-api-version"], _, path = path.removeprefix("/v").partition("/")
            path = f"/{path}"
        path, _, query = path.partition("?")
        target = path.removesuffix("/") + (f"?{query}" if query else "")
        sent = {"content-length": str(len(body)), **headers, **edge}
        result = self.handler(http_event(method, target, body=body, headers=sent), None)
        text = result.get("body") or ""
        content = base64.b64decode(text) if result.get("isBase64Encoded") else text.encode()
        return Answer(result["statusCode"], content, result.get("headers", {}), result.get("cookies", []))


class Browser:
    """A user's browser on a page of the frontend. `site` is its Sec-Fetch-Site header."""

    def __init__(self, entry: EntryPoint, *, origin: str = FRONT, site: str = "same-site") -> None:
        self.entry = entry
        self.origin = origin
        self.site = site
        self.cookies: dict[str, str] = {}

    def __call__(
        self,
        method: str,
        path: str,
        json_body: Any = ANY,
        *,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a request for a path below /v2/api/, or for any that begins with a slash."""
        sent = {"sec-fetch-site": self.site} if self.site else {}
        if self.origin:
            sent["origin"] = self.origin
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if json_body is not ANY:
            sent["content-type"] = JSON_TYPE
            body = json.dumps(json_body).encode()
        answer = self.entry(method, path if path.startswith("/") else PREFIX + path, {**sent, **(headers or {})}, body)
        for each in answer.cookies:
            name, _, value = each.partition(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    def sign_in(self, email: str, password: str) -> Answer:
        answer = self("POST", "token/", {"email": email, "password": password})
        assert answer.status == 200, answer.body
        return answer
