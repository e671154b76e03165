"""The paths of all fast routes."""

import re

from local.features import ROUTERS
from shared.kit.http.fast_routes import FastRoute

FAST = re.compile(
    "|".join(
        re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(route.path))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, FastRoute)
    )
)
