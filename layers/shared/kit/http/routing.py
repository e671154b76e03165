"""HTTP routing: one APIRouter per feature, served by a Lambda function or by the local server alike."""

import hmac
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from mangum import Mangum
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from shared.kit.aws.lambda_handler import Handler, lambda_handler
from shared.kit.errors import AppError, MethodNotAllowed, NotFound
from shared.kit.http.fast_routes import FastRoutes
from shared.kit.http.middleware import ApiMiddleware
from shared.kit.http.request_body import BodyRequest, field_errors
from shared.kit.http.responses import error_response, exception_response, json_response
from shared.kit.settings import settings

# The order in which the original names methods in its Allow header.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
Guard = TypeVar("Guard", bound=Callable[..., Any])
Endpoint = TypeVar("Endpoint", bound=Callable[..., Response])


class _LowerUuid(Convertor[str]):
    """A UUID in a path; in upper case the path is an unknown one, as in the original."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _Id(Convertor[int]):
    """A number in a path; with more digits than any id has the path is an unknown one."""

    regex = "[0-9]{1,40}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("lower_uuid", _LowerUuid())
# In place of Starlette's own, which fails at what Python will not read: more than 4,300 digits.
register_url_convertor("int", _Id())


class ApiRoute(APIRoute):
    """A route that reads bodies leniently and answers every failure in the frontend's shapes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        model = self.body_field.field_info.annotation if self.body_field else None

        async def guarded(request: Request) -> Response:
            try:
                if model is not None:
                    request = BodyRequest(request.scope, request.receive)
                    await request.load()
                return await handle(request)
            except RequestValidationError as error:
                fault = request.fault if isinstance(request, BodyRequest) else None
                return error_response(fault or field_errors(error, model))
            except Exception as error:  # noqa: BLE001 - the boundary: every failure becomes an answer
                return exception_response(error, self.path)

        return guarded


def client_address(request: Request) -> str:
    """Where a request came from.

    Behind a CDN that proves itself with the origin secret it is the viewer's address the CDN names.
    """
    secret = settings().origin_secret
    if secret and hmac.compare_digest(request.headers.get("x-origin-secret", "").encode(), secret.encode()):
        viewer = request.headers.get("cloudfront-viewer-address", "")
        if viewer:
            return viewer.rpartition(":")[0].strip("[]")
    return request.client.host if request.client else ""


def router(tag: str) -> APIRouter:
    """An empty router of a feature; `tag` groups its endpoints in the documentation."""
    return APIRouter(route_class=ApiRoute, tags=[tag])


def guard(*refusals: type[AppError]) -> Callable[[Guard], Guard]:
    """Mark a dependency that decides who may call: it also runs before a 405 is answered.

    Its refusals are documented at every route it guards.
    """

    def mark(dependency: Guard) -> Guard:
        dependency.is_guard = True  # type: ignore[attr-defined]  # functions take attributes
        dependency.refusals = refusals  # type: ignore[attr-defined]
        return dependency

    return mark


def unlisted(endpoint: Endpoint) -> Endpoint:
    """Mark an endpoint that its path's Allow header does not name, because the frontend's contract fixes that header.

    Stands below the router's decorator.
    """
    endpoint.is_unlisted = True  # type: ignore[attr-defined]  # functions take attributes
    return endpoint


def http_app(*routers: APIRouter, others: Sequence[BaseRoute] = (), lifespan: Any = None) -> ApiMiddleware:
    """One ASGI app of some features' routers and, locally, `others` beside them."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan)
    routes = [route for each in routers for route in each.routes if isinstance(route, APIRoute)]
    app.router.routes.extend(routes)
    allowed = {}
    listed = [route for route in routes if not getattr(route.endpoint, "is_unlisted", False)]
    for path, methods in methods_by_path(listed).items():
        allowed[path] = ", ".join(method for method in METHODS if method in methods)
        app.router.routes.append(_fallback(path, [route for route in routes if route.path == path]))
    app.router.routes.extend(others)
    app.add_exception_handler(HTTPException, _plain_http_error)
    return ApiMiddleware(FastRoutes(app, routes), allowed)


def http_handler(*routers: APIRouter) -> Handler:
    """The Lambda handler of some routers, for API Gateway HTTP API events (payload 2.0)."""
    return lambda_handler(Mangum(http_app(*routers), lifespan="off"))


def methods_by_path(routes: Iterable[APIRoute]) -> dict[str, set[str]]:
    """Path to the methods it answers, HEAD and OPTIONS included."""
    methods: dict[str, set[str]] = {}
    for route in routes:
        methods.setdefault(route.path, {"OPTIONS"}).update(route.methods or ())
    for known in methods.values():
        if "GET" in known:
            known.add("HEAD")
    return methods


def _fallback(path: str, routes: list[APIRoute]) -> ApiRoute:
    """Answers the methods a path does not have, after the same guards as the ones it has."""
    guards = [
        dependency for dependency in routes[0].dependant.dependencies if getattr(dependency.call, "is_guard", False)
    ]

    def refuse_method(request: Request) -> Response:
        if request.method == "OPTIONS":
            return json_response({})
        raise MethodNotAllowed(request.method)

    return ApiRoute(
        path,
        refuse_method,
        methods=list(METHODS),
        dependencies=[Depends(dependency.call) for dependency in guards],
        include_in_schema=False,
    )


async def _plain_http_error(_request: Request, _error: Exception) -> Response:
    """Starlette raises these for paths it does not know."""
    return error_response(NotFound())
