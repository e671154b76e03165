"""What a package imports for others is left out while it is imported here: a cold start pays for every module.

An import of a module that was left out gets the real one afterwards.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


class StandIn(ModuleType):
    """A module with an empty class of every name."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


@contextmanager
def stand_ins(package: str, *modules: str) -> Iterator[None]:
    """Have modules of a package that is about to be imported stood in for, unless it has been imported before."""
    if package in sys.modules:
        yield
        return
    names = [f"{package}.{each}" for each in modules]
    sys.modules |= {name: StandIn(name) for name in names}
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]


@contextmanager
def without(module: str) -> Iterator[None]:
    """Let an import of a module fail, as if it were not installed, unless it has been imported before."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # None is how Python halts an import
    try:
        yield
    finally:
        del sys.modules[module]
