"""The endpoints that a version answers differently, by method and path; all others are the API's own."""

import re
from collections.abc import Callable
from dataclasses import replace

from shared.versions.exchange import Endpoint, Request

Compiled = list[tuple[frozenset[str], re.Pattern[str], Endpoint]]


class Endpoints:
    """Endpoints of a version; a variable in braces matches one path segment, `{id:int}` one of digits."""

    def __init__(self) -> None:
        self.listed: Compiled = []
        # Paths that the API itself does not have, mapped to paths whose function serves them.
        self.aliases: dict[str, str] = {}

    def add(self, methods: str, path: str, *, served_by: str = "") -> Callable[[Endpoint], Endpoint]:
        """Add an endpoint. `served_by`: the API path whose function serves it on AWS, for a path of its own."""
        pattern = re.compile("".join(_part(each) for each in re.split(r"({\w+(?::int)?})", path)))
        if served_by:
            self.aliases[path] = served_by

        def added(endpoint: Endpoint) -> Endpoint:
            self.listed.append((frozenset(methods.split()), pattern, endpoint))
            return endpoint

        return added

    def include(self, other: "Endpoints") -> None:
        """Add all endpoints of another module."""
        self.listed += other.listed
        self.aliases |= other.aliases

    def find(self, request: Request) -> tuple[Request, Endpoint] | None:
        """The endpoint of a request, and the request with its path variables filled in."""
        for methods, pattern, endpoint in self.listed:
            if request.method in methods and (found := pattern.fullmatch(request.path)):
                return replace(request, variables=found.groupdict()), endpoint
        return None


def _part(text: str) -> str:
    if not text.startswith("{"):
        return re.escape(text)
    name, _, kind = text[1:-1].partition(":")
    return f"(?P<{name}>{'[0-9]+' if kind else '[^/]+'})"
