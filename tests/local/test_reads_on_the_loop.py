"""Reads on the event loop announce a blocking wait for the database, during which no request would be answered."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from unittest.mock import patch

import pytest
from psycopg_pool import ConnectionPool

from functions.tutors.data import best_tutors, known_skills
from local.features import ROUTERS
from shared.kit.db.pool import connection
from shared.kit.db.steps import Ask, Steps
from shared.kit.http.app import http_app
from shared.kit.http.fast_routes import FastRoute
from tests.support.asgi_client import AsgiClient
from tests.support.people import People
from tests.support.routes import ALL_ROUTES

Result = TypeVar("Result")
ROUTES = [route for route in ALL_ROUTES if isinstance(route, FastRoute) and route.asks]
QUERIES = (
    "",
    "skills=Fizyka",
    "skills=Nothing",
    "search=Ola",
    "location=Krak",
    "sorting_by_hourly_rate=asc",
    "free_within=7",
)


class Waited(BaseException):
    """Not handled by any endpoint."""


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.path))
def test_no_step_blocks_the_loop_without_announcing_it(
    route: FastRoute, query: str, times: int, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = f"{route.path.partition('{')[0]}?{query}"
    if route.takes_parameters:
        target = target.replace("?", f"{people.tutor().tutor_id}/?")
    for module in (best_tutors, known_skills):
        monkeypatch.setattr(module._Known, "read_at", float("-inf"))
    api = AsgiClient(http_app(*ROUTERS, on_loop=_take_without_waiting))
    answers = [api.get(target) for _ in range(times)]
    assert {answer.status_code for answer in answers} <= {200, 400}


async def _take_without_waiting(steps: Steps[Result], in_thread: Callable[[Ask | None], Awaitable[Result]]) -> Result:
    rows: Any = None
    try:
        while True:
            with patch.object(ConnectionPool, "getconn", side_effect=Waited):
                ask = steps.send(rows)
            if ask is None:
                return await in_thread(None)
            with connection() as db:
                rows = ask.statement.fetch_bytes(db, *ask.values)
    except StopIteration as done:
        result: Result = done.value
        return result
