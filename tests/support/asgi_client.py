"""Calls an ASGI app as an HTTP client would, without a server."""

from typing import Any

import httpx

from tests.support.event_loops import run


class AsgiClient:
    """`get` and `post` as in httpx; unhandled errors are raised."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self.request("POST", url, **options)

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        return run(self._request(method, url, **options))

    async def _request(self, method: str, url: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://platform.example") as client:
            return await client.request(method, url, **options)
