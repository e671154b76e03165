"""The API documentation of the local server."""

import asyncio
import threading
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
    is_describing, another_is_answered = threading.Event(), threading.Event()

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(Starlette(routes=docs.routes))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            schemas = asyncio.gather(*(client.get(docs.SCHEMA_PATH) for _ in range(8)))
            while not is_describing.is_set():
                assert not schemas.done()
                await asyncio.sleep(0.001)
            assert (await client.get("/api/nope/")).status_code == 404
            another_is_answered.set()
            return await schemas

    def describe() -> dict[str, str]:
        is_describing.set()
        assert another_is_answered.wait(10)
        return {"openapi": "3.1.0"}

    described = patch("local.docs.description", side_effect=describe)
    # Not asyncio.run, which would leave this thread without an event loop for later tests.
    with described as description, closing(asyncio.new_event_loop()) as loop:
        answers = loop.run_until_complete(ask())
    assert [(each.status_code, each.json()) for each in answers] == [(200, {"openapi": "3.1.0"})] * 8
    assert description.call_count == 1
