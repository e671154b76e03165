"""Direct routes: hot reads that take nothing but the request, answered without FastAPI's layers.

They stand in routers like all others, for both entry points and the documentation. What a framework does around an
endpoint costs more than such an endpoint itself (docs/decisions/0004-direct-routes.md).
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.routing import Match

from shared.kit.http.middleware import App, Receive, Scope, Send
from shared.kit.http.responses import exception_response

THREADS = 4
Endpoint = TypeVar("Endpoint", bound=Callable[[Request], Response])


def fast_route(endpoint: Endpoint) -> Endpoint:
    """Mark a public GET endpoint of the form (request) -> Response; stands below the router's decorator."""
    endpoint.is_direct = True  # type: ignore[attr-defined]  # functions take attributes
    return endpoint


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="direct")


class FastRoutes:
    """ASGI wrapper that answers direct routes itself and hands on everything else."""

    def __init__(self, app: Any, routes: Iterable[APIRoute]) -> None:
        self.app: App = app
        self.routes = [route for route in routes if getattr(route.endpoint, "is_direct", False)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._find(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if route is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = route
        loop = asyncio.get_running_loop()
        here = copy_context()
        response = await loop.run_in_executor(_threads(), here.run, _answer, route, Request(scope, receive))
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> APIRoute | None:
        for route in self.routes:
            if route.path == scope["path"]:
                return route
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                return route
        return None


def _answer(route: APIRoute, request: Request) -> Response:
    try:
        response: Response = route.endpoint(request)
    except Exception as error:  # noqa: BLE001 - the boundary: every failure becomes an answer
        return exception_response(error, route.path)
    return response
