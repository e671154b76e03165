"""Routes that FastAPI builds on first use: a function has up to sixty but uses only a few of them.

Building one takes a millisecond or more: its parameters, body and regular expression, and models of all responses,
which only the description needs.
"""

from collections.abc import Callable, Collection
from threading import RLock
from typing import Any

from starlette.routing import Match

from shared.kit.http.fastapi import APIRoute
from shared.kit.http.middleware import Scope

# Requests are matched in one thread, descriptions are generated in another.
BUILDING = RLock()


class LazyRoute(APIRoute):
    """A route whose path, endpoint, methods and options are set at once; everything else is built on first use."""

    def __init__(
        self, path: str, endpoint: Callable[..., Any], *, methods: Collection[str] | None = None, **options: Any
    ) -> None:
        self.path = path
        self.endpoint = endpoint
        self.methods = {method.upper() for method in methods or ("GET",)}
        self.options = options
        self.built = False
        # The beginning of every path it matches, and whether that is all of it.
        self.beginning, parameter, _ = path.partition("{")
        self.takes_parameters = bool(parameter)

    def __getattr__(self, name: str) -> Any:
        with BUILDING:
            if not self.built:
                self.built = True
                super().__init__(self.path, self.endpoint, methods=self.methods, **self.options)
        return self.__getattribute__(name)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Compare the path before using the regular expression, so that routes of other paths stay unbuilt."""
        path = scope["path"]
        if not path.startswith(self.beginning) if self.takes_parameters else path != self.path:
            return Match.NONE, {}
        return super().matches(scope)
