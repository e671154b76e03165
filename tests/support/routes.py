"""Every route of the platform, for tests of all of them, and one handler that serves them."""

import re
from uuid import UUID

from local.features import ROUTERS
from shared.kit.http.app import http_handler
from shared.kit.http.fast_routes import FastRoute
from shared.kit.http.routing import ApiRoute
from tests.support.lambda_client import LambdaClient

NOBODY = UUID("00000000-0000-4000-8000-000000000000")
ALL_ROUTES = [each for router in ROUTERS for each in router.routes if isinstance(each, ApiRoute | FastRoute)]
# Routes with guards, bodies and methods other than GET.
ROUTES = [each for each in ALL_ROUTES if isinstance(each, ApiRoute)]
# The paths of all fast routes.
FAST = re.compile(
    "|".join(
        re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(each.path)) for each in ALL_ROUTES if isinstance(each, FastRoute)
    )
)
call = LambdaClient(http_handler(*ROUTERS))


def methods_of(route: ApiRoute | FastRoute) -> list[str]:
    return sorted(route.methods or ())


def filled_in(path: str, some_id: UUID = NOBODY) -> str:
    """A route's path, with 1 for a number, an id for a UUID, and `x` for a text."""
    numbered = re.sub(r"\{\w+:\w*int\d*\}", "1", re.sub(r"\{\w+:lower_uuid\}", str(some_id), path))
    return re.sub(r"\{\w+\}", "x", numbered)
