"""Fast routes: options that they cannot honour are refused when the app is built."""

import asyncio
import json
from contextlib import closing
from threading import Event, Lock
from typing import Annotated, Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from shared.domain.auth import User, any_user
from shared.kit.http.app import http_app, http_handler
from shared.kit.http.fast_routes import LONG_THREADS, UnfitForFastRoute, always
from shared.kit.http.fastapi import Depends
from shared.kit.http.middleware import App
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.request_models import RequestModel
from shared.kit.http.responses import json_response
from shared.kit.http.routing import Router, router
from tests.support.lambda_client import LambdaClient


class Body(RequestModel):
    name: str


def only_request(_request: Request) -> Response:
    return json_response({})


def with_guard(_request: Request, _caller: User) -> Response:
    return json_response({})


def guard_alone(_caller: User) -> Response:
    return json_response({})


def with_body(_request: Request, _body: Body) -> Response:
    return json_response({})


def with_query(_request: Request, _number: int = 1) -> Response:
    return json_response({})


def nothing() -> Response:
    return json_response({})


def fast(endpoint: Any, **options: Any) -> Router:
    made = router("fast")
    made.fast_get("/api/fast/", **options)(endpoint)
    return made


@pytest.mark.parametrize(
    ("endpoint", "options"),
    [
        (with_guard, {}),
        (guard_alone, {}),
        (only_request, {"dependencies": [Depends(any_user)]}),
        (with_body, {}),
        (with_query, {}),
        (nothing, {}),
    ],
)
def test_options_that_a_fast_route_would_ignore_are_refused(endpoint: Any, options: Any) -> None:
    with pytest.raises(UnfitForFastRoute, match="/api/fast/"):
        http_app(fast(endpoint, **options))


def test_guards_of_a_whole_router_are_refused() -> None:
    guarded = router("fast")
    guarded.dependencies.append(Depends(any_user))
    guarded.fast_get("/api/fast/")(only_request)
    with pytest.raises(UnfitForFastRoute, match="no guard would hold"):
        http_app(guarded)


@pytest.mark.parametrize("methods", [["POST"], ["GET", "POST"], ["HEAD"]])
def test_other_methods_than_get_are_refused(methods: list[str]) -> None:
    made = fast(only_request)
    made.routes[0].methods = set(methods)  # type: ignore[attr-defined]  # a route of FastAPI
    with pytest.raises(UnfitForFastRoute, match="GET only"):
        http_app(made)


def test_a_fast_route_reads_its_query_into_a_model() -> None:
    def listed(request: Request) -> Response:
        return json_response({"page": PageQuery.read(request.scope["query_string"]).p})

    call = LambdaClient(http_handler(fast(listed, query=PageQuery)))
    assert call("GET", "/api/fast/?p=2").json == {"page": 2}
    assert call("GET", "/api/fast/?pp=2").json["code"] == "unknown_field"


def test_a_route_without_parameters_refuses_any() -> None:
    plain: Annotated[Router, "of both kinds"] = fast(only_request)
    plain.get("/api/plain/")(nothing)
    call = LambdaClient(http_handler(plain))
    for path in ("/api/fast/", "/api/plain/"):
        assert call("GET", path).status == 200
        answer = call("GET", f"{path}?x=1")
        assert (answer.status, answer.json) == (400, {"detail": "Nieznana nazwa „x”.", "code": "unknown_field"})


def test_a_recorded_route_ignores_parameters() -> None:
    recorded = router("recorded").recorded
    recorded.fast_get("/api/fast/")(only_request)
    recorded.get("/api/plain/")(nothing)
    call = LambdaClient(http_handler(recorded))
    assert [json.loads(call("GET", f"/api/{path}/?x=1").body) for path in ("fast", "plain")] == [{}, {}]


def long_answer(_request: Request) -> Response:
    return json_response(["x" * 1000])


def test_an_anonymous_answer_may_be_cached_for_five_seconds() -> None:
    call = LambdaClient(http_handler(fast(long_answer)))
    for method in ("GET", "HEAD"):
        answer = call(method, "/api/fast/", headers={"origin": "https://a.example", "accept-encoding": "gzip"})
        assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=5"
        assert {"Authorization", "Cookie", "Origin"} <= set(answer.headers["vary"].split(", "))
    assert "Accept-Encoding" in call("GET", "/api/fast/", headers={"accept-encoding": "gzip"}).headers["vary"]
    refused = call("GET", "/api/fast/?x=1")
    assert (refused.status, refused.headers.get("cache-control")) == (400, None)


@pytest.mark.parametrize("header", ["authorization", "cookie"])
def test_an_answer_to_a_signed_in_caller_may_not_be_cached(header: str) -> None:
    answer = LambdaClient(http_handler(fast(long_answer)))("GET", "/api/fast/", headers={header: "a=1"})
    assert (answer.headers["cache-control"], answer.headers.get("vary")) == ("no-store", None)


async def get(app: App, path: str) -> int:
    """Return the status of an answer."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return (await client.get(path)).status_code


def test_short_reads_do_not_wait_for_long_ones_and_two_long_ones_run_at_once() -> None:
    ended, both_run, lock, running, most = Event(), Event(), Lock(), [0], [0]

    def long(_request: Request) -> Response:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
            if running[0] == LONG_THREADS:
                both_run.set()
        assert ended.wait(30)
        with lock:
            running[0] -= 1
        return json_response({})

    made = fast(only_request)
    made.fast_get("/api/long/", takes_long=always)(long)
    made.recorded.fast_get("/api/sometimes/", takes_long=lambda query: query == b"long")(long)
    app = http_app(made)

    async def scenario() -> list[int]:
        paths = ["/api/long/"] * 10 + ["/api/sometimes/?long"] * 10
        long_reads = [asyncio.create_task(get(app, path)) for path in paths]
        try:
            assert await asyncio.to_thread(both_run.wait, 20)
            async with asyncio.timeout(20):
                assert await asyncio.gather(*[get(app, "/api/fast/") for _ in range(20)]) == [200] * 20
            assert not any(read.done() for read in long_reads)
        finally:
            ended.set()
        return await asyncio.gather(*long_reads)

    with closing(asyncio.new_event_loop()) as loop:
        assert loop.run_until_complete(scenario()) == [200] * 20
        loop.run_until_complete(loop.shutdown_default_executor())
    assert most == [LONG_THREADS]
