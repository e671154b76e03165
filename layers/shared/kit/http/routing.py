"""HTTP routing: one router per feature."""

import warnings
from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import Any, TypeVar

from pydantic.warnings import UnsupportedFieldAttributeWarning
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from shared.kit.errors import AppError, UnknownField
from shared.kit.http import path_convertors
from shared.kit.http.direct_routes import direct_handler
from shared.kit.http.fast_routes import FastEndpoint, FastRoute, TakesLong, never
from shared.kit.http.fastapi import APIRouter, ModelField, RequestValidationError
from shared.kit.http.guards import guards_of
from shared.kit.http.lazy_routes import LazyRoute
from shared.kit.http.localized_errors import Choice, choose_language
from shared.kit.http.query_models import FromQuery, RecordedQueryModel, refuse_unknown
from shared.kit.http.request_body import BodyRequest
from shared.kit.http.request_models import not_an_object, validation_error
from shared.kit.http.responses import error_response, exception_response

path_convertors.register()

Endpoint = TypeVar("Endpoint", bound=Callable[..., Response])


class ApiRoute(LazyRoute):
    """A route that reads bodies of any format and answers every error in our shapes."""

    # Whether the contract records it, and with it the texts of its errors.
    recorded = False
    # Whether it ignores unknown parameters.
    lenient = False
    # Whether it waits for locks that other requests hold.
    waits = False
    # Whether its path's Allow header names its method.
    listed = True

    @property
    def query_model(self) -> type[RecordedQueryModel] | None:
        """The model of its query string."""
        calls = (dependency.call for dependency in self.dependant.dependencies)
        return next((call.model for call in calls if isinstance(call, FromQuery)), None)

    def choose_language(self, request: Request) -> Choice | None:
        """The language of an error response; None if its text is recorded."""
        return None if self.recorded else choose_language(request.scope)

    @property
    def refuses_bodies(self) -> bool:
        """Whether it changes something without reading a body, so that all fields of a body are unknown."""
        return self.body_field is None and not self.lenient and self.methods != {"GET"}

    async def _fault_of_body(self, request: Request) -> AppError | None:
        """The errors of a body that was sent, checked after the guards, which may raise, as for every other body."""
        sent = BodyRequest(request.scope, request.receive)
        await sent.load()
        content = await sent.json()
        if content == {}:
            return None
        for each in guards_of(self):
            await run_in_threadpool(each, request)
        if sent.fault:
            return sent.fault
        return UnknownField(str(next(iter(content))), ()) if isinstance(content, dict) else not_an_object(content)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = direct_handler(self, waits=self.waits) or super().get_route_handler()
        model = self.body_field.field_info.annotation if self.body_field else None
        if self.body_field is not None:
            _build_validator(self.body_field)
        reads_query = self.query_model is not None

        async def guarded(request: Request) -> Response:
            try:
                if request.scope["query_string"] and not (reads_query or self.lenient):
                    refuse_unknown(request.scope["query_string"])
                if model is not None:
                    request = BodyRequest(request.scope, request.receive)
                    await request.load()
                elif self.refuses_bodies and (fault := await self._fault_of_body(request)):
                    return error_response(fault, self.choose_language(request))
                return await handle(request)
            except Exception as error:  # noqa: BLE001 - the boundary: every failure becomes a response
                response = self._response_to(error, request, model)
                # The traceback and the thread's exception refer to each other: the request's data would stay in memory
                # until the next garbage collection.
                error.__traceback__ = None
                return response

        return guarded

    def _response_to(self, error: Exception, request: Request, model: Any) -> Response:
        choice = self.choose_language(request)
        if not isinstance(error, RequestValidationError):
            return exception_response(error, self.path, choice)
        problems = [{**each, "loc": each["loc"][1:]} for each in error.errors()]
        unread = request.fault if isinstance(request, BodyRequest) else None
        return error_response(unread or validation_error(problems, model), choice)


class Router(APIRouter):
    """The router of a feature's endpoints."""

    def __init__(self, tag: str, *, lenient: bool = False, waits: bool = False) -> None:
        super().__init__(route_class=ApiRoute, tags=[tag])
        self.tag = tag
        self.lenient = lenient
        self.waits = waits

    @cached_property
    def recorded(self) -> "Router":
        """The same router for endpoints recorded in the contract: they ignore unknown parameters."""
        view = Router(self.tag, lenient=True, waits=self.waits)
        view.routes = self.routes
        return view

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if options.get("operation_id") is None:
            options["operation_id"] = camel_case(endpoint.__name__)
        super().add_api_route(path, endpoint, **options)
        match self.routes[-1]:
            case ApiRoute() as route:
                route.recorded = route.lenient = self.lenient
                route.waits = self.waits and route.methods != {"GET"}
            case FastRoute() as route:
                route.recorded = route.lenient = self.lenient

    def fast_get(
        self,
        path: str,
        *,
        query: type[RecordedQueryModel] | None = None,
        takes_long: TakesLong = never,
        **options: Any,
    ) -> Callable[[FastEndpoint], FastEndpoint]:
        """Add a public GET endpoint of the form (request) -> Response, see `fast_routes`.

        `query` is the model of its query string, for the description; responses that `takes_long` expects to be slow
        wait only for each other.
        """

        def add(endpoint: FastEndpoint) -> FastEndpoint:
            self.add_api_route(path, endpoint, methods=["GET"], route_class_override=FastRoute, **options)
            match self.routes[-1]:
                case FastRoute() as route:
                    route.query_model = query
                    route.takes_long = takes_long
            return endpoint

        return add

    def unlisted(self, method: str, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """Add an endpoint that the Allow header of its path omits, because the contract fixes that header."""

        def add(endpoint: Endpoint) -> Endpoint:
            self.add_api_route(path, endpoint, methods=[method], **options)
            match self.routes[-1]:
                case ApiRoute() as route:
                    route.listed = False
            return endpoint

        return add


def _build_validator(field: ModelField) -> None:
    """Build a deferred validator as FastAPI would, but without pydantic's warning that the field has a name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnsupportedFieldAttributeWarning)
        field._type_adapter.rebuild()  # noqa: SLF001 - the field has no other way


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def router(tag: str, *, waits: bool = False) -> Router:
    """An empty router for a feature; `tag` groups its endpoints in the documentation.

    `waits`: its changing endpoints wait for locks that other requests hold, in threads of their own.
    """
    return Router(tag, waits=waits)
