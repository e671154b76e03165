"""Changes that wait for the lock on people's time do so in separate threads, so that no other requests wait too."""

from functools import cache

import pytest

from shared.kit.http.routing import ApiRoute
from tests.support.routes import ROUTES
from tests.support.source_code import imported_by, modules

LOCKING = "layers/shared/data/locking.py"
MODULES = frozenset(modules("functions", "layers"))
CHANGES = [route for route in ROUTES if route.methods != {"GET"}]


@cache
def reached(module: str) -> set[str]:
    """A module and everything that it imports, directly or indirectly."""
    found, left = {module}, [module]
    while left:
        names = [name.replace(".", "/") + ".py" for name in imported_by(left.pop())]
        new = MODULES & {*names, *(f"layers/{name}" for name in names)} - found
        found |= new
        left += new
    return found


def module_of(route: ApiRoute) -> str:
    return route.endpoint.__module__.replace(".", "/") + ".py"


@pytest.mark.parametrize("route", CHANGES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_routes_that_may_wait_for_the_lock_run_in_their_own_threads(route: ApiRoute) -> None:
    assert route.waits or LOCKING not in reached(module_of(route))


def test_waiting_routes_are_detected() -> None:
    assert LOCKING in reached("functions/availability/api/hours_routes.py")
    assert any(route.waits for route in CHANGES)
