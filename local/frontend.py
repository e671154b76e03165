"""Serves a built single-page app from the same origin as the API.

The app's scripts contain the host they were built for; it is replaced by the request's host when they are served.
"""

import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.staticfiles import StaticFiles

from shared.kit.http.middleware import NOSNIFF, App, Message, Receive, Scope, Send, respond
from shared.kit.http.middleware import Headers as RawHeaders
from shared.kit.http.versions import PREFIX

API_PREFIXES = (
    "/api/",
    "/static/media/",
    "/media/chat/",
    "/media/upload/",
    "/_local/",
    "/_staff/",
    "/@connections/",
    "/health/",
)
# Paths that name a file even if there is none, as in infra/cloudfront/site.js.
FILE = re.compile(
    r"/\.[^/]*$|\.(avif|css|csv|gif|html|ico|jpe?g|js|json|map|md|mjs|mp3|mp4|ogg|otf|pdf|png|svg|ttf|txt|wasm|wav|webm|webmanifest"
    r"|webp|woff2?|xml|zip)$",
    re.IGNORECASE,
)
SCRIPTS = {".js": b"text/javascript; charset=utf-8", ".mjs": b"text/javascript; charset=utf-8"}


class Frontend:
    """ASGI app: serves built files, the app's page for other paths that name no file, and else the API."""

    def __init__(self, folder: Path, host: str, api: App) -> None:
        self.folder = folder.resolve()
        self.host = host.encode()
        self.api = api
        self.files = StaticFiles(directory=self.folder, html=True)
        self.scripts: dict[Path, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] != "GET" or is_of_api(path):
            await self.api(scope, receive, send)
            return
        file = self._file(path)
        if file is None:
            if FILE.search(path):
                await self.api(scope, receive, send)
                return
            scope = {**scope, "path": "/index.html"}
        send = with_nosniff(send)
        if file and self.host and file.suffix in SCRIPTS:
            await self._send_script(file, scope, send)
        else:
            await self.files(scope, receive, send)

    def _file(self, path: str) -> Path | None:
        """The file of a path; None for hidden and missing ones."""
        try:
            file = (self.folder / path.lstrip("/")).resolve()
            if not file.is_relative_to(self.folder) or not file.is_file():
                return None
        except (OSError, ValueError):  # a name no file can have
            return None
        return None if any(part.startswith(".") for part in file.relative_to(self.folder).parts) else file

    async def _send_script(self, file: Path, scope: Scope, send: Send) -> None:
        # It can safely be put into a script: hosts other than those of local.host_check are refused earlier.
        host = Headers(scope=scope).get("host", "localhost").encode("latin-1")
        body = self._rewritten(file, scope["scheme"], host)
        headers: RawHeaders = [
            (b"content-type", SCRIPTS[file.suffix]),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-cache"),
        ]
        await respond(send, 200, headers, body)

    def _rewritten(self, file: Path, scheme: str, host: bytes) -> bytes:
        """The script with the built-in host replaced and, over plain HTTP, the built-in schemes."""
        if file not in self.scripts:
            self.scripts[file] = file.read_bytes()
        script = self.scripts[file]
        if scheme == "http":
            script = script.replace(b"https://" + self.host, b"http://" + host)
            script = script.replace(b"wss://" + self.host, b"ws://" + host)
        return script.replace(self.host, host)


def is_of_api(path: str) -> bool:
    """Whether a path belongs to the API, in any version, or to this server itself."""
    return f"{path}/".startswith(API_PREFIXES) or PREFIX.match(f"{path}/") is not None


def with_nosniff(send: Send) -> Send:
    async def send_with_header(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], NOSNIFF]
        await send(message)

    return send_with_header
