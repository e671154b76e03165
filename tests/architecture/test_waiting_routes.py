"""Changes that wait for the lock on people's time do so in threads of their own, where nobody else waits with them."""

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
    """A module and all that it imports, directly or not."""
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
def test_who_may_wait_for_the_lock_on_time_does_so_apart(route: ApiRoute) -> None:
    assert route.waits or LOCKING not in reached(module_of(route))


def test_what_waits_is_found() -> None:
    assert LOCKING in reached("functions/availability/api/hours_routes.py")
    assert any(route.waits for route in CHANGES)
