"""HEAD has the headers of GET and no body (RFC 9110, section 9.3.2), however either is encoded or copied."""

import re
import shutil
from collections.abc import Iterator

import httpx
import pytest

from local.features import ROUTERS
from shared.kit.http.fast_routes import FastRoute
from tests.local.conftest import FirstFolder
from tests.support.local_server import LocalServer, running_server

ROUTES = sorted({route.path for router in ROUTERS for route in router.routes if isinstance(route, FastRoute)})
OTHERS = [
    "/",
    "/built.js",
    "/api/schema/",
    "/api/missing/",
    "/health/live",
    "/static/media/uploads/user/default.jpg",
    "/v2/api/user/tutor/search/pages/",
]
ENCODINGS = ["", "gzip;q=0", "gzip", "br", "zstd"]
# These differ in every response.
CHANGING = ("age", "date", "x-request-id")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, first_folder: FirstFolder) -> Iterator[LocalServer]:
    """A server with copies and a frontend."""
    base = tmp_path_factory.mktemp("heads")
    (base / "built").mkdir()
    for name in ("index.html", "built.js"):
        (base / "built" / name).write_text("x" * 1000)
    shutil.copytree(first_folder("1"), base / "data")
    frontend = {"FRONTEND": str(base / "built"), "FRONTEND_HOST": "built.example"}
    with running_server(base / "data", PUBLIC_COPIES="1", **frontend) as started:
        yield started


@pytest.fixture(scope="module")
def client(server: LocalServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as made:
        del made.headers["accept-encoding"]
        yield made


@pytest.fixture(scope="module")
def tutor(client: httpx.Client) -> str:
    """A tutor with reviews to read."""
    return str(client.get("/api/user/tutor/search/?page_size=1").json()[0]["id"])


def fields(client: httpx.Client, method: str, path: str, asked: dict[str, str]) -> dict[str, str]:
    with client.stream(method, path, headers=asked) as answer:
        body = b"".join(answer.iter_raw())
    assert bool(body) == (method == "GET")
    return {name: value for name, value in answer.headers.items() if name not in CHANGING}


@pytest.mark.parametrize("path", ROUTES + OTHERS)
def test_head_returns_the_same_headers_as_get(client: httpx.Client, tutor: str, path: str) -> None:
    path = re.sub(r"\{[^}]*\}", tutor, path)
    for encodings in ENCODINGS:
        taken = {"accept-encoding": encodings} if encodings else {}
        for asked in (taken | {"cache-control": "no-cache"}, taken):
            assert fields(client, "HEAD", path, asked) == fields(client, "GET", path, asked), asked
