"""FastAPI as the functions import it: without what it loads for others, which was a third of the import's time.

The rest of the code asks this module, never `fastapi` itself, so that nothing imports it any other way before.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel

from shared.kit.http import no_openapi, no_telemetry

no_telemetry.install()
# FastAPI looks for a model of pydantic 1 in every route, only to refuse it.
sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]  # None is how Python halts an import


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Let an import of a module fail, as if it were not installed, unless it has been imported before."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


# Models build their validators with their first use, and those of answers and of OpenAPI have none on a function.
BaseModel.model_config["defer_build"] = True
# No package is a plugin of pydantic, and to find none it reads what every package says of itself.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

# The address of whom an API belongs to is checked by its description, which is made on no function.
with _without("email_validator"), no_openapi.standing_in():
    from fastapi import APIRouter, Depends, FastAPI, Path
    from fastapi._compat import ModelField
    from fastapi.exceptions import RequestValidationError
    from fastapi.routing import APIRoute

__all__ = ["APIRoute", "APIRouter", "Depends", "FastAPI", "ModelField", "Path", "RequestValidationError"]
