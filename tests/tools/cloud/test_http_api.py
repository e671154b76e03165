"""The HTTP API's emulator: the route of a request, the event its function gets, and what the gateway refuses."""

import asyncio
import base64
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from tools.cloud.http_api import MAX_BODY, MAX_HEAD, HttpApi, InvalidRoute, Refused, Routes
from tools.cloud.lambda_service import ConcurrencyExceeded
from tools.cloud.runtime_api import FunctionError, PayloadTooLarge
from tools.cloud.template import HttpRoute
from tools.cloud.throttle import Throttle

ROUTES = [
    HttpRoute("ANY", "/things", "any"),
    HttpRoute("POST", "/things", "post"),
    HttpRoute("ANY", "/things/{id}", "one"),
    HttpRoute("ANY", "/things/new", "new"),
    HttpRoute("ANY", "/things/{rest+}", "rest"),
    HttpRoute("ANY", "$default", "default"),
]


@pytest.mark.parametrize(
    ("method", "path", "function", "variables"),
    [
        ("GET", "/things", "any", {}),
        ("POST", "/things", "post", {}),
        ("GET", "/things/new", "new", {}),
        ("GET", "/things/7", "one", {"id": "7"}),
        ("GET", "/things/7/", "rest", {"rest": "7/"}),
        ("GET", "/things/7/parts", "rest", {"rest": "7/parts"}),
        ("GET", "/thing", "default", {}),
        ("GET", "/", "default", {}),
    ],
)
def test_the_most_specific_route_is_taken(method: str, path: str, function: str, variables: dict[str, str]) -> None:
    matched = Routes(ROUTES).select(method, path)
    assert (matched.route.function, matched.variables) == (function, variables)


def test_without_a_default_route_other_paths_are_not_found() -> None:
    with pytest.raises(Refused, match="Not Found"):
        Routes(ROUTES[:-1]).select("GET", "/elsewhere")


def test_a_route_does_not_match_its_path_with_a_slash() -> None:
    routes = Routes([HttpRoute("ANY", "/things", "any"), HttpRoute("ANY", "/things/{id}", "one"), ROUTES[-1]])
    assert [routes.select("GET", path).route.function for path in ("/things/", "/things/7/")] == ["default", "default"]


@pytest.mark.parametrize("path", ["/things/", "/things/{id}/", "/things/{id}.json", "/a{id}", "/a b", "/a//b", "a", ""])
def test_a_route_that_aws_would_reject_is_rejected(path: str) -> None:
    with pytest.raises(InvalidRoute):
        Routes([HttpRoute("ANY", path, "any")])


class Fake:
    """A function in this process."""

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self.answer = answer
        self.events: list[Any] = []

    def invoke(self, event: Any) -> Any:
        self.events.append(event)
        return self.answer(event)


def call(
    function: Fake,
    *,
    path: bytes = b"/things/7",
    query: bytes = b"",
    headers: list[tuple[bytes, bytes]] | None = None,
    body: bytes = b"",
    method: str = "GET",
    throttle: Throttle | None = None,
    route_throttles: dict[str, Throttle] | None = None,
    timeout: float = 5.0,
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body of the gateway's response."""
    functions: Any = {"one": function}
    api: Any = HttpApi(
        ROUTES[2:3], functions, throttle or Throttle(1, 1), route_throttles=route_throttles, timeout=timeout
    )
    scope = {
        "type": "http",
        "method": method,
        "path": path.decode(),
        "raw_path": path,
        "query_string": query,
        "headers": headers or [],
        "client": ("203.0.113.9", 1),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    # asyncio.run would leave this thread without an event loop, which Mangum needs.
    with closing(asyncio.new_event_loop()) as loop:
        loop.run_until_complete(api(scope, receive, send))
    api.close()
    return sent[0]["status"], sent[0]["headers"], sent[1]["body"]


def echo(event: Any) -> Any:
    return {"statusCode": 200, "body": event.get("body", "")}


def fail(error: Exception) -> Callable[[Any], Any]:
    def raise_it(_event: Any) -> Any:
        raise error

    return raise_it


def test_a_function_gets_the_event_that_aws_sends() -> None:
    function = Fake(echo)
    headers = [(b"Host", b"h"), (b"X-Twice", b"1"), (b"x-twice", b"2"), (b"cookie", b"a=1; b=2"), (b"user-agent", b"u")]
    call(function, query=b"a=1&a=2&b=%C5%82", headers=headers)
    [event] = function.events
    assert event["routeKey"] == event["requestContext"]["routeKey"] == "ANY /things/{id}"
    assert (event["version"], event["rawPath"], event["pathParameters"]) == ("2.0", "/things/7", {"id": "7"})
    assert event["rawQueryString"] == "a=1&a=2&b=%C5%82"
    assert event["queryStringParameters"] == {"a": "1,2", "b": "ł"}
    assert event["headers"] == {"host": "h", "x-twice": "1,2", "user-agent": "u", "x-forwarded-proto": "https"}
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["requestContext"]["http"]["sourceIp"] == "203.0.113.9"
    assert "body" not in event


@pytest.mark.parametrize(
    ("content_type", "is_text"),
    [("application/json", True), ("text/plain; charset=utf-8", True), ("multipart/form-data; boundary=x", False)],
)
def test_only_text_bodies_are_passed_unencoded(content_type: str, is_text: bool) -> None:  # noqa: FBT001 - a column of the table
    function = Fake(lambda _event: {"statusCode": 204})
    call(function, body=b"body", headers=[(b"content-type", content_type.encode())], method="POST")
    [event] = function.events
    assert event["body"] == ("body" if is_text else base64.b64encode(b"body").decode())
    assert event["isBase64Encoded"] is not is_text


def test_a_response_keeps_its_status_headers_cookies_and_bytes() -> None:
    answer = {
        "statusCode": 201,
        "headers": {"X-A": "1", "Content-Length": "9"},
        "cookies": ["a=1", "b=2"],
        "body": "AAE=",
        "isBase64Encoded": True,
    }
    status, headers, body = call(Fake(lambda _event: answer))
    assert (status, body) == (201, b"\x00\x01")
    assert headers == [(b"x-a", b"1"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"content-length", b"2")]


def test_a_result_without_a_status_becomes_the_body() -> None:
    assert call(Fake(lambda _event: {"a": 1}))[::2] == (200, b'{"a": 1}')


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (FunctionError({"errorType": "ValueError"}), 500, "Internal Server Error"),
        (ConcurrencyExceeded(), 503, "Service Unavailable"),
        (PayloadTooLarge(), 413, "Request Entity Too Large"),
    ],
)
def test_failures_become_the_gateways_own_responses(error: Exception, status: int, message: str) -> None:
    assert call(Fake(fail(error)))[::2] == (status, f'{{"message": "{message}"}}'.encode())


def test_a_slow_function_times_out() -> None:
    assert call(Fake(lambda _event: time.sleep(0.3)), timeout=0.05)[0] == 503


def test_a_malformed_result_is_not_passed_on() -> None:
    assert call(Fake(lambda _event: {"statusCode": "two hundred"}))[0] == 500
    assert call(Fake(lambda _event: {"statusCode": 200, "body": {"a": 1}}))[0] == 500


def test_a_throttled_request_does_not_reach_the_function() -> None:
    function, throttle = Fake(echo), Throttle(0.001, 2)
    assert [call(function, throttle=throttle)[0] for _ in range(3)] == [200, 200, 429]
    assert len(function.events) == 2


def test_a_route_has_limits_of_its_own() -> None:
    function, limits = Fake(echo), {ROUTES[2].key: Throttle(0.001, 1)}
    answers = [call(function, throttle=Throttle(1, 9), route_throttles=limits)[0] for _ in range(2)]
    assert answers == [200, 429]


def test_request_line_and_headers_are_limited_as_by_aws() -> None:
    line = len("GET /things/7 HTTP/1.1\r\n") + len("x: \r\n")
    fits = [(b"x", b"v" * (MAX_HEAD - line))]
    assert call(Fake(echo), headers=fits)[0] == 200
    status, _, body = call(Fake(echo), headers=[(b"x", fits[0][1] + b"v")])
    assert (status, body) == (431, b'{"message": "Request Header Fields Too Large"}')


def test_bodies_are_limited_as_by_aws() -> None:
    quiet = Fake(lambda _event: {"statusCode": 204})
    assert call(quiet, body=b"x" * MAX_BODY, method="POST")[0] == 204
    assert call(quiet, body=b"x" * (MAX_BODY + 1), method="POST")[0] == 413
