"""Importing a package without modules it does not need here, because every module adds to the cold start.

A later import of such a module gets the real one.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType

from shared.kit import package_versions


class _Nothing:
    """Stands in for a class, even a generic one."""

    def __class_getitem__(cls, _of: object) -> type["_Nothing"]:
        return cls


class StandIn(ModuleType):
    """A module that has an empty class for every name; error classes can be caught."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception if name.endswith("Error") else _Nothing,), {})


@contextmanager
def replaced(modules: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """Put these in place of modules that are not imported yet; None makes Python fail the import."""
    missing = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules |= missing  # type: ignore[arg-type]  # typeshed knows no None
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


@contextmanager
def stand_ins(package: str, *modules: str) -> Iterator[None]:
    """Replace modules of a package that is about to be imported, unless it has been imported before."""
    names = [f"{package}.{each}" for each in modules if package not in sys.modules]
    with replaced({name: StandIn(name) for name in names}):
        yield


@contextmanager
def without(module: str) -> Iterator[None]:
    """Let an import of a module fail, as if it were not installed, unless it has been imported before."""
    with replaced({module: None}):
        yield


@contextmanager
def synchronous() -> Iterator[None]:
    """Import packages for use in threads alone: without asyncio, and with versions read from folder names.

    Their asyncio parts do not work afterwards, unless asyncio had been imported before.
    """
    with replaced({"asyncio": StandIn("asyncio"), "importlib.metadata": package_versions}):
        yield
