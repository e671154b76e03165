"""A no-op replacement of the telemetry that FastAPI imports.

FastAPI's own imports thirty modules of OpenTelemetry, which takes a tenth of the import's time, only to find at every
request that it is switched off. Made for the pinned release of FastAPI: tests/layers/kit/test_no_telemetry.py compares
names.
"""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType
from typing import Any

PACKAGE = "fastapi.telemetry"
NOTHING: AbstractContextManager[None] = nullcontext()


class NativeTelemetry:
    """Never enabled, so that none of its other methods are called."""

    def __init__(self, _config: object) -> None: ...

    def enabled(self) -> bool:
        return False


def operation(**_of: object) -> AbstractContextManager[None]:
    return NOTHING


def nothing(*_positional: object, **_named: object) -> None: ...


def run_sync_endpoint(*, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    return function(**arguments)


def no_middleware(app: Any) -> Any:
    return app


async def lifespan(*, config: object, app: Any, scope: Any, receive: Any, send: Any) -> None:
    del config
    await app(scope, receive, send)


MODULES: dict[str, dict[str, Any]] = {
    PACKAGE: {"TelemetryConfig": dict, "TelemetryData": object, "get_telemetry_data": nothing, "__path__": []},
    f"{PACKAGE}._api": {
        "_operation": operation,
        "_route_selected": nothing,
        "_run_sync_endpoint": run_sync_endpoint,
        "_validation_failed": nothing,
        "get_telemetry_data": nothing,
    },
    f"{PACKAGE}._asgi": {
        "ExceptionTelemetryMiddleware": no_middleware,
        "NativeTelemetry": NativeTelemetry,
        "_legacy_otel": nothing,
    },
    f"{PACKAGE}._runtime": {"lifespan": lifespan},
}


def install() -> None:
    """Install the substitute before FastAPI is imported; if FastAPI has been imported, nothing changes."""
    if "fastapi" in sys.modules:
        return
    for name, members in MODULES.items():
        module = sys.modules[name] = ModuleType(name, __doc__)
        vars(module).update(members)
