"""The ASGI app of some features' routers, served by a Lambda function or by the local server."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mangum import Mangum
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from shared.kit.aws.lambda_handler import LambdaHandler
from shared.kit.errors import MethodNotAllowed, NotFound
from shared.kit.http.compression import Compression
from shared.kit.http.fast_routes import FastRoute, FastRoutes, TakesSteps
from shared.kit.http.fastapi import APIRoute, APIRouter, Depends, FastAPI
from shared.kit.http.guards import guards_of
from shared.kit.http.localized_errors import choose_language
from shared.kit.http.middleware import ApiMiddleware, Heads
from shared.kit.http.responses import error_response, json_response
from shared.kit.http.routing import ApiRoute
from shared.kit.http.versions import NO_VERSIONS, VersionedApi, Versions

# The order of methods in the original's Allow header.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
# The contract has no path below these, not even an unknown one.
OURS = ("/api/availability/", "/api/notification/", "/api/reservation/")


def http_app(
    *routers: APIRouter, others: Sequence[BaseRoute] = (), lifespan: Any = None, on_loop: TakesSteps | None = None
) -> ApiMiddleware:
    """Build one ASGI app from some features' routers; `others` and `on_loop` are for the local server only."""
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    routes = [route for each in routers for route in each.routes if isinstance(route, ApiRoute | FastRoute)]
    app.router.routes.extend(routes)
    allowed = {}
    listed = [route for route in routes if isinstance(route, FastRoute) or route.listed]
    for path, methods in methods_by_path(listed).items():
        allowed[path] = ", ".join(method for method in METHODS if method in methods)
        app.router.routes.append(_fallback(path, [route for route in routes if route.path == path]))
    app.router.routes.extend(others)
    app.add_exception_handler(HTTPException, _plain_http_error)
    fast = [route for route in routes if isinstance(route, FastRoute)]
    return ApiMiddleware(FastRoutes(app, fast, on_loop), allowed)


class HttpHandler(LambdaHandler[dict[str, Any]]):
    """The Lambda handler of an app, for API Gateway HTTP API events (payload 2.0)."""

    def __init__(self, app: ApiMiddleware, versions: Versions) -> None:
        super().__init__(Mangum(Heads(Compression(VersionedApi(app, versions))), lifespan="off"))
        self.app = app


def http_handler(*routers: APIRouter, versions: Versions = NO_VERSIONS) -> HttpHandler:
    """Make the Lambda handler of some routers, and of these versions of the wire."""
    return HttpHandler(http_app(*routers), versions)


def methods_by_path(routes: Iterable[APIRoute]) -> dict[str, set[str]]:
    """Map each path to its methods, HEAD and OPTIONS included."""
    methods: dict[str, set[str]] = {}
    for route in routes:
        methods.setdefault(route.path, {"OPTIONS"}).update(route.methods or ())
    for known in methods.values():
        if "GET" in known:
            known.add("HEAD")
    return methods


def _fallback(path: str, routes: Sequence[ApiRoute | FastRoute]) -> ApiRoute:
    """A route that rejects the methods a path does not have, after running the same guards as its other methods."""

    def refuse_method(request: Request) -> Response:
        if request.method == "OPTIONS":
            return json_response({})
        raise MethodNotAllowed(request.method)

    guards = _guards_when_asked(routes[0])
    route = ApiRoute(path, refuse_method, methods=METHODS, dependencies=guards, include_in_schema=False)
    route.lenient, route.recorded = True, any(each.recorded for each in routes)
    return route


def _guards_when_asked(route: ApiRoute | FastRoute) -> Iterator[Any]:
    """The guards of another route, read lazily so that it is not built before this one."""
    yield from map(Depends, guards_of(route))


async def _plain_http_error(request: Request, _error: Exception) -> Response:
    """Starlette raises these for unknown paths; the responses to those are recorded in the contract."""
    is_ours = request.scope["path"].startswith(OURS)
    return error_response(NotFound(), choose_language(request.scope) if is_ours else None)
