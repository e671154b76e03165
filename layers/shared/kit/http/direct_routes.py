"""Direct routes: guards, parameters, body and endpoint run one after the other in one thread.

FastAPI sends each guard and the endpoint to a thread of its own and checks every request for everything a route could
need, but most routes need little. Routes that need more are left to FastAPI.
"""

from collections.abc import Callable, Coroutine
from functools import cache
from inspect import iscoroutinefunction, signature
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from shared.kit.http.fastapi import APIRoute, ModelField, RequestValidationError
from shared.kit.http.guards import Guard
from shared.kit.http.query_models import FromQuery
from shared.kit.threads import Threads

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
# Routes that wait for each other's locks have threads of their own, so that they never delay other routes.
WAITING_THREADS = 4


@cache
def _waiting_threads() -> Threads:
    return Threads(WAITING_THREADS, "waiting")


def direct_handler(route: APIRoute, *, waits: bool = False) -> Handler | None:
    """A handler that answers like FastAPI's; None for a route that needs more than this supports.

    `waits`: for locks that others' requests hold.
    """
    if not _is_plain(route):
        return None
    dependant, body_field, endpoint = route.dependant, route.body_field, route.endpoint
    decisions: list[tuple[str | None, Any]] = [(each.name, each.call) for each in dependant.dependencies]

    def answer(sent: tuple[Request, Any]) -> Response:
        request, content = sent
        values: dict[str, Any] = {}
        for name, decide in decisions:
            decided = decide.read(request) if isinstance(decide, FromQuery) else decide(request)
            if name is not None:
                values[name] = decided
        problems: list[Any] = []
        for field in dependant.path_params:
            problems += _put(values, field, request.path_params[field.alias], ("path", field.alias))
        if body_field is not None:
            problems += _put(values, body_field, content, ("body",))
        if problems:
            raise RequestValidationError(problems)
        if dependant.request_param_name is not None:
            values[dependant.request_param_name] = request
        response: Response = endpoint(**values)
        return response

    async def handle(request: Request) -> Response:
        sent = request, None if body_field is None else await request.json()
        return await (_waiting_threads().run(answer, sent) if waits else run_in_threadpool(answer, sent))

    return handle


def _put(values: dict[str, Any], field: ModelField, value: Any, place: tuple[str, ...]) -> list[Any]:
    """Add a valid value to the endpoint's values; returns the errors."""
    values[field.name], problems = field.validate(value, loc=place)
    return problems or []


def _is_plain(route: APIRoute) -> bool:
    """Whether it is a plain function that takes only guards, the query string, the path, one body and the request."""
    dependant = route.dependant
    answers = signature(route.endpoint).return_annotation
    return (
        isinstance(answers, type)
        and issubclass(answers, Response)
        and not iscoroutinefunction(route.endpoint)
        and all(isinstance(each.call, Guard | FromQuery) for each in dependant.dependencies)
        and dependant.body_params in ([], [route.body_field])
        and not (dependant.query_params or dependant.header_params or dependant.cookie_params)
        and not (dependant.response_param_name or dependant.background_tasks_param_name)
        and not (dependant.security_scopes_param_name or dependant.http_connection_param_name)
    )
