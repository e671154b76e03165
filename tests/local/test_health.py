"""Health: what a server says of itself that misses something."""

import asyncio
from contextlib import ExitStack, closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from local import health

HEALTHY = {"database": True, "redis": True, "disk": True}


CHECKS = {"database": "_database_answers", "redis": "_redis_answers", "disk": "_has_room"}


def health_of(path: str, data: Path, **state: bool) -> tuple[int, dict[str, Any]]:
    with ExitStack() as stack:
        for name, check in CHECKS.items():
            if name in state:
                stack.enter_context(patch.object(health, check, return_value=state[name]))
        # Not asyncio.run, after which this thread has no loop for those who come later.
        loop = stack.enter_context(closing(asyncio.new_event_loop()))
        answer = loop.run_until_complete(get(health.routes(data), path))
        return answer.status_code, answer.json()


async def get(routes: list[Route], path: str) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        return await client.get(path)


@pytest.mark.parametrize("missing", CHECKS)
@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_a_server_that_misses_something_lives_and_is_not_ready(tmp_path: Path, path: str, missing: str) -> None:
    state = HEALTHY | {missing: False}
    assert health_of(path, tmp_path, **HEALTHY) == (200, {"status": "ok", **HEALTHY})
    assert health_of(path, tmp_path, **state) == (503, {"status": "unavailable", **state})
    assert health_of("/health/live", tmp_path, **state) == (200, {"status": "ok"})


@pytest.mark.parametrize(("free", "status"), [(health.LEAST_FREE - 1, 503), (health.LEAST_FREE, 200)])
def test_a_disk_that_is_nearly_full_is_told(tmp_path: Path, free: int, status: int) -> None:
    with patch("shutil.disk_usage", return_value=SimpleNamespace(free=free)):
        assert health_of("/health/ready", tmp_path, database=True, redis=True)[0] == status
    assert health_of("/health/ready", tmp_path / "gone", database=True, redis=True)[0] == 503
