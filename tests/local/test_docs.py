"""The API documentation of the local server."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from unittest.mock import patch

import httpx
import pytest
from starlette.applications import Starlette

from local import docs


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Forget the cached schema before and after the test."""
    docs.schema_text.cache_clear()
    yield
    docs.schema_text.cache_clear()


@pytest.mark.usefixtures("forgotten")
def test_concurrent_requests_for_the_schema_build_it_once_without_blocking_others() -> None:
    async def ask() -> tuple[list[httpx.Response], float]:
        transport = httpx.ASGITransport(Starlette(routes=docs.routes))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:

            async def another() -> float:
                began = time.monotonic()
                assert (await client.get("/api/nope/")).status_code == 404
                return time.monotonic() - began

            schemas = asyncio.gather(*(client.get(docs.SCHEMA_PATH) for _ in range(8)))
            return await asyncio.gather(schemas, another())

    def describe() -> dict[str, str]:
        time.sleep(0.3)
        return {"openapi": "3.1.0"}

    described = patch("local.docs.description", side_effect=describe)
    # Not asyncio.run, which would leave this thread without an event loop for later tests.
    with described as description, closing(asyncio.new_event_loop()) as loop:
        answers, seconds = loop.run_until_complete(ask())
    assert [(each.status_code, each.json()) for each in answers] == [(200, {"openapi": "3.1.0"})] * 8
    assert seconds < 0.2
    assert description.call_count == 1
