"""No response of the local server may be taken for another type, and no private one may be cached."""

import socket
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.local_server import LocalServer

PAGES = [
    "/",
    "/_local/pages/start.js",
    "/_local/swagger/swagger-ui.css",
    "/api/swagger/docs/",
    "/api/schema/",
    "/health",
    "/static/media/uploads/user/default.jpg",
    "/static/media/missing.jpg",
    "/api/user/tutor/skills/",
    "/api/missing/",
    "/missing",
]
PRIVATE = [
    "/_local/mail?to=",
    "/_local/mail/missing",
    "/_local/pages/missing.js",
    "/_local/info",
    "/_local/full_groups/1",
    "/_local/frontend",
]


@pytest.mark.parametrize("path", PAGES + PRIVATE)
def test_every_response_has_a_type_that_browsers_must_not_guess(server: LocalServer, path: str) -> None:
    answer = server.call("GET", path)
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert (answer.headers.get("cache-control") == "no-store") == (path in PRIVATE)


def test_a_tutor_number_with_too_many_digits_is_not_found(server: LocalServer) -> None:
    assert server.call("GET", f"/_local/full_groups/{'9' * 5000}").status_code == 404


def test_responses_from_outside_the_app_have_these_headers_too(server: LocalServer) -> None:
    handshake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    refused = httpx.get(f"{server.url}/ws/nowhere/", headers=handshake | key)
    too_long = httpx.get(f"{server.url}/ws/nowhere/", headers=handshake | key | {"Cookie": "x" * 9000})
    assert [refused.status_code, too_long.status_code] == [403, 431]
    for answer in (refused, too_long):
        assert answer.headers["x-content-type-options"] == "nosniff"
    with socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), timeout=10) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        received = connection.recv(1000)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert b"x-content-type-options: nosniff" in received
    assert received.endswith(b'{"message": "Bad Request"}')
