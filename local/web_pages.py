"""The HTML pages of the local server: their files, and the headers that isolate them from other sites."""

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "pages"
PATH = "/_local/pages"
# All content comes from this server or, for pictures, from the page itself (blob:), and nothing is inline. 'self'
# covers the WebSocket (CSP level 3, section 6.7.2.8).
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self';"
    " frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    # A page and its scripts belong together: no cached one may be older than the others.
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
}


def page(name: str) -> Response:
    return FileResponse(FOLDER / name, headers={**HEADERS, "Content-Security-Policy": POLICY})


def both_forms(path: str, show: Callable[[Request], Response]) -> list[Route]:
    """The routes of a page whose address people type: without a trailing slash, and with one like the API's."""
    return [Route(path, show), Route(f"{path}/", show)]


class Assets(StaticFiles):
    """Scripts, styles and pictures of pages."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response


def mount() -> Mount:
    return Mount(PATH, Assets(directory=FOLDER))


def _show_icon(_request: Request) -> Response:
    return FileResponse(FOLDER / "icon.svg", headers=HEADERS)


# For the documentation, which exists without the pages, too.
icon = Route(f"{PATH}/icon.svg", _show_icon)


def _show_frames(_request: Request) -> Response:
    return page("frames.html")


# The documentation of the sockets, to read and to try.
frames = Route("/api/sockets/docs/", _show_frames)
