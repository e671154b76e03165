"""CloudFront's copies by the template's cache policy, in front of an origin that echoes who sent the request."""

import asyncio
import itertools
from collections.abc import Iterator

import httpx
import pytest

from shared.kit.http.fast_routes import SHARED, SHARED_SECONDS, says_who_asks
from shared.kit.http.middleware import NO_STORE, App, Headers, Receive, Scope, Send, header, respond
from tools.cloud.distribution import Behaviour, Distribution, Origin
from tools.cloud.edge_cache import CachePolicy, Copies, cache_policy
from tools.cloud.edge_function import RULES
from tools.cloud.project import TEMPLATE
from tools.cloud.template import Template

EDGE = Template(TEMPLATE.parent / "infra" / "stacks" / "edge.yaml", {"Name": "platform"}, {})
STATED = EDGE.of_type("AWS::CloudFront::CachePolicy")["PublicReads"]
POLICY: CachePolicy = cache_policy(EDGE.resolve(STATED["CachePolicyConfig"]))
PATH = "/api/user/tutor/search/"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Edge:
    """One distribution and its origin, which returns a new number for each request."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.status = 200
        self.numbers: Iterator[int] = itertools.count(1)
        origin = Origin(self.answer, "api.example", "", {"x-origin-secret": "s"})
        behaviour = Behaviour(
            "*", origin, RULES["ApiFunction"], frozenset({"GET", "HEAD", "PUT"}), True, False, cache=POLICY
        )
        self.app: App = Distribution([behaviour], Copies(self.clock))

    async def answer(self, scope: Scope, _receive: Receive, send: Send) -> None:
        headers: Headers = [NO_STORE] if says_who_asks(scope) else list(SHARED)
        if asker := header(scope, b"origin"):
            headers.append((b"access-control-allow-origin", asker.encode()))
        seen = f"{next(self.numbers)} {header(scope, b'accept-encoding')}"
        await respond(send, self.status, headers, seen.encode())

    def ask(self, path: str = PATH, method: str = "GET", host: str = "one.example", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=f"https://{host}") as client:
                return await client.request(method, path, headers={"accept-encoding": "identity", **named})

        # asyncio.run would remove the event loop that Mangum continues to use.
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            return runner.run(asked())

    def number(self, path: str = PATH, host: str = "one.example", **headers: str) -> int:
        return int(self.ask(path, host=host, **headers).text.split()[0])


@pytest.fixture
def edge() -> Edge:
    return Edge()


def test_a_copy_is_served_for_five_seconds_and_no_longer(edge: Edge) -> None:
    assert [edge.number(), edge.number()] == [1, 1]
    edge.clock.now = SHARED_SECONDS - 0.1
    shown = edge.ask()
    assert (shown.text.split()[0], shown.headers["age"], shown.headers["x-cache"]) == ("1", "4", "Hit from cloudfront")
    edge.clock.now = SHARED_SECONDS
    assert edge.number() == 2


@pytest.mark.parametrize("credential", ["authorization", "cookie"])
def test_requests_with_credentials_neither_get_nor_leave_a_copy(edge: Edge, credential: str) -> None:
    assert edge.number() == 1
    assert [edge.number(**{credential: "a=1"}) for _ in range(2)] == [2, 3]
    assert edge.number() == 1


def test_every_origin_gets_responses_that_name_it(edge: Edge) -> None:
    origins = ["https://a.example", "https://b.example"]
    for _ in range(2):
        for origin in origins:
            answer = edge.ask(origin=origin)
            assert answer.headers["access-control-allow-origin"] == origin
            assert "Origin" in answer.headers["vary"]
        assert "access-control-allow-origin" not in edge.ask().headers
    assert next(edge.numbers) == 4


def test_the_cache_key_contains_exactly_what_changes_a_response(edge: Edge) -> None:
    assert edge.number() == edge.number(user_agent="Chromium", accept_language="en", x_viewer_host="forged") == 1
    others = [
        edge.number(PATH + "?page_size=5"),
        edge.number("/v2" + PATH),
        edge.number(host="two.example"),
        edge.number(accept_encoding="gzip"),
    ]
    assert others == [2, 3, 4, 5]


def test_accepted_encodings_are_normalized(edge: Edge) -> None:
    answers = [edge.ask(accept_encoding=each).text for each in ("gzip, deflate, br, zstd", "br;q=1.0,gzip")]
    assert answers == ["1 br,gzip", "1 br,gzip"]


@pytest.mark.parametrize(("status", "method"), [(404, "GET"), (500, "GET"), (200, "PUT")])
def test_errors_and_changes_are_not_cached(edge: Edge, status: int, method: str) -> None:
    edge.status = status
    edge.ask(method=method)
    edge.status = 200
    assert edge.number() == 2
