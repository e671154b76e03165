"""HTTP routing: one APIRouter per feature, served by a Lambda function or by the local server alike."""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from mangum import Mangum
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from shared.kit.aws.lambda_handler import LambdaHandler
from shared.kit.errors import AppError, MethodNotAllowed, NotFound
from shared.kit.http import path_convertors
from shared.kit.http.fast_routes import FastEndpoint, FastRoute, FastRoutes
from shared.kit.http.middleware import ApiMiddleware
from shared.kit.http.query_models import FromQuery, RecordedQueryModel, refuse_unknown
from shared.kit.http.request_body import BodyRequest
from shared.kit.http.request_models import validation_error
from shared.kit.http.responses import error_response, exception_response, json_response

# The order in which the original names methods in its Allow header.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
path_convertors.register()

Decided = TypeVar("Decided")
Endpoint = TypeVar("Endpoint", bound=Callable[..., Response])


class ApiRoute(APIRoute):
    """A route that reads bodies of any form and answers every failure in our shapes."""

    # Whether the contract records it: then unknown parameters are ignored.
    recorded = False
    # Whether its path's Allow header names its method.
    listed = True

    @property
    def query_model(self) -> type[RecordedQueryModel] | None:
        """What it reads from the query string."""
        calls = (dependency.call for dependency in self.dependant.dependencies)
        return next((call.model for call in calls if isinstance(call, FromQuery)), None)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        model = self.body_field.field_info.annotation if self.body_field else None
        reads_query = self.query_model is not None

        async def guarded(request: Request) -> Response:
            try:
                if request.scope["query_string"] and not (reads_query or self.recorded):
                    refuse_unknown(request.scope["query_string"])
                if model is not None:
                    request = BodyRequest(request.scope, request.receive)
                    await request.load()
                return await handle(request)
            except RequestValidationError as error:
                fault = request.fault if isinstance(request, BodyRequest) else None
                problems = [{**each, "loc": each["loc"][1:]} for each in error.errors()]
                return error_response(fault or validation_error(problems, model))
            except Exception as error:  # noqa: BLE001 - the boundary: every failure becomes an answer
                return exception_response(error, self.path)

        return guarded


class Router(APIRouter):
    """The endpoints of a feature."""

    def __init__(self, tag: str, *, lenient: bool = False) -> None:
        super().__init__(route_class=ApiRoute, tags=[tag])
        self.tag = tag
        self.lenient = lenient

    @cached_property
    def recorded(self) -> "Router":
        """The same router for endpoints that the contract records: they ignore unknown parameters."""
        view = Router(self.tag, lenient=True)
        view.routes = self.routes
        return view

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if options.get("operation_id") is None:
            options["operation_id"] = camel_case(endpoint.__name__)
        super().add_api_route(path, endpoint, **options)
        match self.routes[-1]:
            case ApiRoute() | FastRoute() as route:
                route.recorded = self.lenient

    def fast_get(
        self, path: str, *, query: type[RecordedQueryModel] | None = None, **options: Any
    ) -> Callable[[FastEndpoint], FastEndpoint]:
        """Add a public GET endpoint of the form (request) -> Response, see `fast_routes`.

        `query` is the model it reads from the query string, for the description.
        """

        def add(endpoint: FastEndpoint) -> FastEndpoint:
            self.add_api_route(path, endpoint, methods=["GET"], route_class_override=FastRoute, **options)
            match self.routes[-1]:
                case FastRoute() as route:
                    route.query_model = query
            return endpoint

        return add

    def unlisted(self, method: str, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """Add an endpoint that its path's Allow header does not name, because the contract fixes that header."""

        def add(endpoint: Endpoint) -> Endpoint:
            self.add_api_route(path, endpoint, methods=[method], **options)
            match self.routes[-1]:
                case ApiRoute() as route:
                    route.listed = False
            return endpoint

        return add


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def router(tag: str) -> Router:
    """An empty router of a feature; `tag` groups its endpoints in the documentation."""
    return Router(tag)


class Guard(Generic[Decided]):
    """A dependency that decides who may call: it also runs before a 405 is answered.

    Its `errors` are documented at every route it guards.
    """

    def __init__(self, decide: Callable[[Request], Decided], errors: tuple[type[AppError], ...]) -> None:
        self.decide = decide
        self.errors = errors

    def __call__(self, request: Request) -> Decided:
        return self.decide(request)


def guard(*errors: type[AppError]) -> Callable[[Callable[[Request], Decided]], Guard[Decided]]:
    """Make a guard of a function; `errors` are those it raises."""
    return lambda decide: Guard(decide, errors)


def guards_of(route: APIRoute) -> list[Guard[Any]]:
    calls = (dependency.call for dependency in route.dependant.dependencies)
    return [call for call in calls if isinstance(call, Guard)]


def http_app(*routers: APIRouter, others: Sequence[BaseRoute] = (), lifespan: Any = None) -> ApiMiddleware:
    """One ASGI app of some features' routers and, locally, `others` beside them."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan)
    routes = [route for each in routers for route in each.routes if isinstance(route, ApiRoute | FastRoute)]
    app.router.routes.extend(routes)
    allowed = {}
    listed = [route for route in routes if isinstance(route, FastRoute) or route.listed]
    for path, methods in methods_by_path(listed).items():
        allowed[path] = ", ".join(method for method in METHODS if method in methods)
        app.router.routes.append(_fallback(path, [route for route in routes if route.path == path]))
    app.router.routes.extend(others)
    app.add_exception_handler(HTTPException, _plain_http_error)
    return ApiMiddleware(FastRoutes(app, [route for route in routes if isinstance(route, FastRoute)]), allowed)


class HttpHandler(LambdaHandler[dict[str, Any]]):
    """The Lambda handler of an app, for API Gateway HTTP API events (payload 2.0)."""

    def __init__(self, app: ApiMiddleware) -> None:
        super().__init__(Mangum(app, lifespan="off"))
        self.app = app


def http_handler(*routers: APIRouter) -> HttpHandler:
    """Make the Lambda handler of some routers."""
    return HttpHandler(http_app(*routers))


def methods_by_path(routes: Iterable[APIRoute]) -> dict[str, set[str]]:
    """Path to the methods it answers, HEAD and OPTIONS included."""
    methods: dict[str, set[str]] = {}
    for route in routes:
        methods.setdefault(route.path, {"OPTIONS"}).update(route.methods or ())
    for known in methods.values():
        if "GET" in known:
            known.add("HEAD")
    return methods


def _fallback(path: str, routes: Sequence[APIRoute]) -> ApiRoute:
    """Answers the methods a path does not have, after the same guards as the ones it has."""

    def refuse_method(request: Request) -> Response:
        if request.method == "OPTIONS":
            return json_response({})
        raise MethodNotAllowed(request.method)

    dependencies = [Depends(each) for each in guards_of(routes[0])]
    route = ApiRoute(path, refuse_method, methods=list(METHODS), dependencies=dependencies, include_in_schema=False)
    route.recorded = True
    return route


async def _plain_http_error(_request: Request, _error: Exception) -> Response:
    """Starlette raises these for paths it does not know."""
    return error_response(NotFound())
