"""Dataclasses whose comparison, hash and text are compiled when they are first used.

Python 3.11 compiles three to six methods a class from text, which was a fifth of a function's import: of its hundred
classes few are ever compared or printed. `__init__` is compiled at once as before.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

SELDOM_CALLED = frozenset({"__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__"})


def compile_lazily() -> None:
    """Have it so for every dataclass that is made from now on; nothing where Python makes them in another way."""
    create = getattr(dataclasses, "_create_fn", None)
    if create is not None and not hasattr(create, "create"):
        dataclasses._create_fn = _lazily(create)  # type: ignore[attr-defined]  # noqa: SLF001 - there is no public way


def _lazily(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_fn(name: str, *arguments: Any, **options: Any) -> Any:
        if name not in SELDOM_CALLED:
            return create(name, *arguments, **options)

        compiled: Callable[..., Any] | None = None

        def method(*values: Any) -> Any:
            nonlocal compiled
            if compiled is None:
                compiled = create(name, *arguments, **options)
            return compiled(*values)

        method.__name__ = name
        return method

    create_fn.create = create  # type: ignore[attr-defined]  # what was there, and that it is not wrapped twice
    return create_fn
