"""An emulator of an API Gateway HTTP API: requests in, events of payload format 2.0 out, with the gateway's limits.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html (route selection) and
http-api-quotas.html (limits)
"""

import asyncio
import base64
import json
import re
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from shared.kit.http.middleware import Headers, Receive, Scope, Send, respond
from tools.cloud.http_event import http_event
from tools.cloud.lambda_process import FunctionTimedOut, RuntimeExited
from tools.cloud.lambda_service import ConcurrencyExceeded, Function
from tools.cloud.runtime_api import FunctionError, PayloadTooLarge
from tools.cloud.template import HttpRoute
from tools.cloud.throttle import Throttle

MAX_HEAD = 10_240
MAX_BODY = 10 * 1024 * 1024
INTEGRATION_SECONDS = 29.0
# Headers set by the gateway itself, whatever the function returns.
OWN_HEADERS = {"connection", "content-length", "date", "transfer-encoding"}
DEFAULT = "$default"
PART = re.compile(r"\{[\w.-]+\+?\}|[a-zA-Z0-9._-]+")


class InvalidRoute(ValueError):
    """A path that API Gateway refuses when the API is created."""


class Refused(Exception):
    """A response of the gateway itself."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


NOT_FOUND = (404, "Not Found")
HEAD_TOO_LARGE = (431, "Request Header Fields Too Large")
BODY_TOO_LARGE = (413, "Request Entity Too Large")
TOO_MANY = (429, "Too Many Requests")
FAILED = (500, "Internal Server Error")
UNAVAILABLE = (503, "Service Unavailable")


@dataclass(frozen=True)
class Matched:
    """A route and the values of its path variables."""

    route: HttpRoute
    variables: Mapping[str, str]


class HttpApi:
    """ASGI app of one HTTP API; `functions` by their names in the template."""

    def __init__(
        self,
        routes: Collection[HttpRoute],
        functions: Mapping[str, Function],
        throttle: Throttle,
        *,
        route_throttles: Mapping[str, Throttle] | None = None,
        timeout: float = INTEGRATION_SECONDS,
    ) -> None:
        self.routes = Routes(routes)
        self.functions = functions
        self.throttle = throttle
        self.route_throttles = route_throttles or {}
        self.timeout = timeout
        self._threads = ThreadPoolExecutor(64, thread_name_prefix="integration")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            status, headers, body = answered(await self._integrate(scope, receive))
        except Refused as refused:
            status, body = refused.status, json.dumps({"message": refused.message}).encode()
            headers = [(b"content-type", b"application/json")]
        headers.append((b"content-length", str(len(body)).encode()))
        await respond(send, status, headers, b"" if scope["method"] == "HEAD" else body)

    async def _integrate(self, scope: Scope, receive: Receive) -> Any:
        """The function's response. Raises Refused."""
        target = target_of(scope)
        if head_size(scope, target) > MAX_HEAD:
            raise Refused(*HEAD_TOO_LARGE)
        matched = self.routes.select(scope["method"], scope["path"])
        if not self.route_throttles.get(matched.route.key, self.throttle).allows():
            raise Refused(*TOO_MANY)
        body = await read_body(receive)
        event = http_event(
            scope["method"],
            target,
            body=body,
            headers=[(str(name, "latin-1"), str(value, "latin-1")) for name, value in scope["headers"]],
            source_ip=scope["client"][0],
            route_key=matched.route.key,
            path_parameters=matched.variables,
        )
        function = self.functions[matched.route.function]
        running = asyncio.get_running_loop().run_in_executor(self._threads, invoke, function, event)
        try:
            return await asyncio.wait_for(running, self.timeout)
        except TimeoutError:
            raise Refused(*UNAVAILABLE) from None

    def close(self) -> None:
        self._threads.shutdown(wait=False)


def invoke(function: Function, event: Any) -> Any:
    """The function's response. Raises Refused, with the gateway's status for the function's failures."""
    try:
        return function.invoke(event)
    except ConcurrencyExceeded:
        raise Refused(*UNAVAILABLE) from None
    except PayloadTooLarge:
        raise Refused(*BODY_TOO_LARGE) from None
    except (FunctionError, FunctionTimedOut, RuntimeExited):
        raise Refused(*FAILED) from None


class Routes:
    """Selects routes as API Gateway does: the most specific path first, a method before ANY, `$default` last."""

    def __init__(self, routes: Collection[HttpRoute]) -> None:
        self.default: HttpRoute | None = None
        self._ordered: list[tuple[re.Pattern[str], HttpRoute]] = []
        for route in routes:
            check_path(route.path)
        for route in sorted(routes, key=lambda each: (specificity(each.path), each.method == "ANY")):
            if route.path == DEFAULT:
                self.default = route
            else:
                self._ordered.append((pattern(route.path), route))

    def select(self, method: str, path: str) -> Matched:
        """Raises Refused for an unknown path."""
        for regex, route in self._ordered:
            if route.method in {"ANY", method} and (found := regex.fullmatch(path)):
                names = re.findall(r"\{(\w+)\+?\}", route.path)
                return Matched(route, dict(zip(names, found.groups(), strict=True)))
        if self.default is None:
            raise Refused(*NOT_FOUND)
        return Matched(self.default, {})


def check_path(path: str) -> None:
    """Raises InvalidRoute for paths that AWS refuses: with a trailing slash, or a variable that is not a whole segment.

    Sources, reports from real accounts: github.com/serverless/serverless/issues/10423 ("One or more path parts appear
    to be invalid"), github.com/aws/serverless-application-model/issues/1949, github.com/sst/sst/issues/207.
    """
    if path in {DEFAULT, "/"}:
        return
    first, *parts = path.split("/")
    if first or not parts or not all(map(PART.fullmatch, parts)):
        raise InvalidRoute(path)


def specificity(path: str) -> list[int]:
    """Sort key: exact segments before `{variable}` before `{greedy+}`, segment by segment."""
    if path == DEFAULT:
        return [3]
    return [2 if part.endswith("+}") else 1 if part.startswith("{") else 0 for part in path.strip("/").split("/")]


def pattern(path: str) -> re.Pattern[str]:
    """A variable matches one segment of at least one character; a greedy one matches the whole rest."""
    parts = re.split(r"(\{\w+\+?\})", path)
    return re.compile(
        "".join(
            ("(.+)" if part.endswith("+}") else "([^/]+)") if part.startswith("{") else re.escape(part)
            for part in parts
        ),
        re.DOTALL,
    )


def target_of(scope: Scope) -> str:
    """Path and query as sent."""
    path, query = str(scope["raw_path"], "latin-1"), str(scope["query_string"], "latin-1")
    return f"{path}?{query}" if query else path


def head_size(scope: Scope, target: str) -> int:
    """Bytes of the request line and of the headers, each with its separators."""
    line = len(f"{scope.get('method', 'GET')} {target} HTTP/1.1\r\n")
    return line + sum(len(name) + len(value) + len(": \r\n") for name, value in scope["headers"])


async def read_body(receive: Receive) -> bytes:
    """Raises Refused for bodies over the gateway's limit."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY:
            raise Refused(*BODY_TOO_LARGE)
    return bytes(body)


def answered(result: Any) -> tuple[int, Headers, bytes]:
    """A function's result as status, headers and body; without a status, the result is the body. Raises Refused."""
    if not isinstance(result, dict) or "statusCode" not in result:
        return 200, [(b"content-type", b"application/json")], json.dumps(result).encode()
    text = result.get("body") or ""
    if not isinstance(result["statusCode"], int) or not isinstance(text, str):
        raise Refused(*FAILED)
    given = {name.lower(): str(value) for name, value in (result.get("headers") or {}).items()}
    headers: Headers = [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items() if name not in OWN_HEADERS
    ]
    headers += [(b"set-cookie", cookie.encode("latin-1")) for cookie in result.get("cookies") or ()]
    body = base64.b64decode(text) if result.get("isBase64Encoded") else text.encode()
    return result["statusCode"], headers, body
