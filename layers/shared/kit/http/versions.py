"""Versions of the API besides the one in the code, each under its own prefix: version 2 answers /v2/api/….

The CDN removes the prefix and names the requested version in a header. A version changes requests before the API reads
them, and the API's responses; the API knows of none.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from shared.kit.errors import AppError
from shared.kit.http.middleware import (
    App,
    Receive,
    Scope,
    Send,
    cors_headers,
    header,
    is_from_cdn,
    render_error,
    respond,
)
from shared.kit.settings import settings

PREFIX = re.compile(r"/v(\d{1,4})(?=/api/)")
HEADER = b"x-api-version"


class UnknownVersion(AppError):
    """The path begins with an API version that does not exist."""

    status = 404
    code = "unknown_version"
    detail = "Nie ma takiej wersji API."


class Version(Protocol):
    """Handles a request whose path has lost its prefix, by calling the API."""

    async def __call__(self, api: App, scope: Scope, receive: Receive, send: Send, /) -> None: ...


# Loaders of the versions by number: a version is imported on first use.
Versions = Mapping[str, Callable[[], Version]]
NO_VERSIONS: Versions = {}


class VersionedApi:
    """ASGI app: the API and its versions. Requests without a version go straight through."""

    def __init__(self, api: App, versions: Versions) -> None:
        self.api = api
        self.versions = versions

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http" or (number := requested_version(scope)) is None:
            return self.api(scope, receive, send)
        load = self.versions.get(number)
        if load is None:
            return _refuse(scope, send)
        path = PREFIX.sub("", scope["path"], count=1)
        return load()(self.api, {**scope, "path": path}, receive, send)


def requested_version(scope: Scope) -> str | None:
    """The version that an HTTP request asks for; None for the API itself."""
    if scope["path"].startswith("/v"):
        found = PREFIX.match(scope["path"])
        return found[1] if found else None
    if settings().origin_secret and (named := header(scope, HEADER)) and is_from_cdn(scope):
        return named
    return None


async def _refuse(scope: Scope, send: Send) -> None:
    status, headers, body = render_error(UnknownVersion())
    origin = header(scope, b"origin")
    await respond(send, status, [*headers, *(cors_headers(origin) if origin else [])], body)
