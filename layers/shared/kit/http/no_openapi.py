"""What stands in for the modules by which FastAPI describes an API, while FastAPI is imported.

A function describes nothing, and forty models of OpenAPI are a tenth of its import. Who describes imports
`fastapi.openapi` afterwards and gets the real modules (`local.openapi`).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

MODULES = ("fastapi.openapi.models", "fastapi.openapi.utils", "fastapi.openapi.docs")


class Undescribed(ModuleType):
    """A module with an empty class of every name."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


@contextmanager
def standing_in() -> Iterator[None]:
    """Unless FastAPI has been imported before."""
    if "fastapi" in sys.modules:
        yield
        return
    sys.modules |= {name: Undescribed(name) for name in MODULES}
    try:
        yield
    finally:
        for name in MODULES:
            del sys.modules[name]
