"""Fast routes: hot reads that take nothing but the request, answered without FastAPI's layers.

They are in routers like all others, for both entry points and the documentation. A framework's work around such an
endpoint costs more than the endpoint itself (docs/decisions/0004-fast-routes.md).
"""

from collections.abc import Awaitable, Callable, Iterable
from functools import cache, cached_property, partial
from inspect import isgeneratorfunction, signature
from typing import Any, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from shared.kit.db.steps import Ask, Steps, take_steps
from shared.kit.http.lazy_routes import LazyRoute
from shared.kit.http.localized_errors import choose_language
from shared.kit.http.middleware import NO_STORE, App, Receive, Scope, Send
from shared.kit.http.query_models import RecordedQueryModel, refuse_unknown
from shared.kit.http.responses import exception_response
from shared.kit.threads import Threads

OK = 200
THREADS = 4
# Slow reads have their own threads and queue, so that short reads never wait for them.
LONG_THREADS = 2
# A CDN may cache it for this many seconds for anonymous readers; browsers revalidate every time.
SHARED_SECONDS = 5
SHARED = (
    (b"cache-control", f"public, max-age=0, s-maxage={SHARED_SECONDS}".encode()),
    (b"vary", b"Authorization, Cookie, Origin"),
)
CREDENTIALS = {b"authorization", b"cookie"}
# An endpoint that yields its statements leaves open what waits for them: a thread or the loop (`shared.kit.db.steps`).
FastEndpoint = Callable[[Request], Response] | Callable[[Request], Steps[Response]]
Result = TypeVar("Result")
# Decides from a raw query string whether the response may take long.
TakesLong = Callable[[bytes], bool]


class TakesSteps(Protocol):
    """Takes the steps of a read on the event loop; `in_thread` continues it from its last `Ask`."""

    def __call__(
        self, steps: Steps[Result], in_thread: Callable[[Ask | None], Awaitable[Result]], /
    ) -> Awaitable[Result]: ...


def always(_query: bytes) -> bool:
    return True


def never(_query: bytes) -> bool:
    return False


class UnfitForFastRoute(TypeError):
    """The route needs something that a fast route does not support and would silently ignore."""


class FastRoute(LazyRoute):
    """A public GET route whose endpoint has the form (request) -> Response; made by `Router.fast_get`."""

    # Whether the contract records it, and with it the texts of its errors.
    recorded = False
    # Whether it ignores unknown parameters.
    lenient = False
    # The model of its query string, for the API description.
    query_model: type[RecordedQueryModel] | None = None
    # Decides which of its responses may take long.
    takes_long: TakesLong = staticmethod(never)

    @cached_property
    def asks(self) -> bool:
        """Whether its endpoint is a read in steps (shared.kit.db.steps)."""
        return isgeneratorfunction(self.endpoint)

    def steps(self, request: Request) -> Steps[Response]:
        """Produce the response step by step; failures become responses as well."""
        try:
            if self.query_model is None and not self.lenient:
                refuse_unknown(request.scope["query_string"])
            response: Response = (yield from self.endpoint(request)) if self.asks else self.endpoint(request)
        except Exception as error:  # noqa: BLE001 - the boundary: every failure becomes a response
            return exception_response(error, self.path, None if self.recorded else choose_language(request.scope))
        return response


@cache
def _threads() -> Threads:
    return Threads(THREADS, "fast")


@cache
def _long_threads() -> Threads:
    return Threads(LONG_THREADS, "long")


class FastRoutes:
    """ASGI wrapper that answers fast routes itself and passes on everything else."""

    def __init__(self, app: Any, routes: Iterable[FastRoute], on_loop: TakesSteps | None = None) -> None:
        self.app: App = app
        self.on_loop = on_loop
        self.by_path: dict[str, FastRoute] = {}
        self.with_parameters: list[FastRoute] = []
        for route in routes:
            check_fast(route)
            if route.takes_parameters:
                self.with_parameters.append(route)
            else:
                self.by_path[route.path] = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._find(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if route is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = route
        response = await self._answer(route, Request(scope, receive))
        if response.status_code == OK:
            response.raw_headers.extend((NO_STORE,) if says_who_asks(scope) else SHARED)
        await response(scope, receive, send)

    def _answer(self, route: FastRoute, request: Request) -> Awaitable[Response]:
        steps = route.steps(request)
        if route.takes_long(request.scope["query_string"]):
            return _long_threads().run(take_steps, steps)
        if self.on_loop and route.asks:
            return self.on_loop(steps, partial(_threads().run, partial(take_steps, steps)))
        return _threads().run(take_steps, steps)

    def _find(self, scope: Scope) -> FastRoute | None:
        if route := self.by_path.get(scope["path"]):
            return route
        for route in self.with_parameters:
            if scope["path"].startswith(route.beginning) and (match := route.path_regex.match(scope["path"])):
                # As Starlette's routes set them, without what other methods and mounts would need.
                convert = route.param_convertors
                scope["path_params"] = {name: convert[name].convert(text) for name, text in match.groupdict().items()}
                scope["endpoint"] = route.endpoint
                return route
        return None


def says_who_asks(scope: Scope) -> bool:
    """Whether a request has credentials: signed-in users must see their own changes at once, so never a copy."""
    return any(name in CREDENTIALS for name, _ in scope["headers"])


def check_fast(route: FastRoute) -> None:
    """Raises UnfitForFastRoute for a guard or another dependency, a body, a parameter, or a method other than GET."""
    where = f"{route.path}: a fast route"
    if route.methods != {"GET"}:
        raise UnfitForFastRoute(f"{where} answers GET only, not {sorted(route.methods or ())}.")
    is_plain = [each.annotation for each in signature(route.endpoint).parameters.values()] == [Request]
    if is_plain and not route.options["dependencies"]:
        # Nothing else can add a dependency or a body, so the route need not be built to check.
        return
    if route.dependencies or route.dependant.dependencies:
        raise UnfitForFastRoute(f"{where} runs no dependency, so that no guard would hold.")
    if route.body_field is not None:
        raise UnfitForFastRoute(f"{where} reads no body.")
    raise UnfitForFastRoute(f"{where} is given the request and nothing else.")
