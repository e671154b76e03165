"""Health checks of a server that lacks something."""

import asyncio
import shutil
import threading
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from local import health, stack
from local.demo.accounts import STUDENT
from local.engines.processes import Engine
from tests.local.conftest import FirstFolder
from tests.support.local_server import START_TIMEOUT, LocalServer, free_port, start

HEALTHY = {"database": True, "redis": True, "disk": True}


CHECKS = {"database": "_database_answers", "redis": "_redis_answers", "disk": "_has_room"}


def health_of(path: str, data: Path, **state: bool) -> tuple[int, dict[str, Any]]:
    with ExitStack() as patches:
        for name, check in CHECKS.items():
            if name in state:
                patches.enter_context(patch.object(health, check, return_value=state[name]))
        # Not asyncio.run, which would leave this thread without an event loop for later tests.
        loop = patches.enter_context(closing(asyncio.new_event_loop()))
        answer = loop.run_until_complete(get(health.routes(data), path))
        return answer.status_code, answer.json()


async def get(routes: list[Route], path: str) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        return await client.get(path)


@pytest.mark.parametrize("missing", CHECKS)
@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_a_server_without_an_engine_is_alive_but_not_ready(tmp_path: Path, path: str, missing: str) -> None:
    state = HEALTHY | {missing: False}
    assert health_of(path, tmp_path, **HEALTHY) == (200, {"status": "ok", **HEALTHY})
    assert health_of(path, tmp_path, **state) == (503, {"status": "unavailable", **state})
    assert health_of("/health/live", tmp_path, **state) == (200, {"status": "ok"})


@pytest.mark.parametrize(("free", "status"), [(health.LEAST_FREE - 1, 503), (health.LEAST_FREE, 200)])
def test_a_nearly_full_disk_is_reported(tmp_path: Path, free: int, status: int) -> None:
    with patch("shutil.disk_usage", return_value=SimpleNamespace(free=free)):
        assert health_of("/health/ready", tmp_path, database=True, redis=True)[0] == status
    assert health_of("/health/ready", tmp_path / "gone", database=True, redis=True)[0] == 503


def test_a_hanging_database_is_reported_in_time_and_queried_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Like one whose processes are stopped. The check once took as long as it hung, and blocked a request thread."""
    monkeypatch.setattr(health, "PATIENCE", 1.5)
    hangs, asked = threading.Event(), []

    def ask() -> bool:
        asked.append(True)
        return hangs.wait(10)

    monkeypatch.setattr(health, "_database_answers", ask)
    monkeypatch.setattr(health, "_redis_answers", lambda: True)
    routes = health.routes(tmp_path)
    with closing(asyncio.new_event_loop()) as loop:
        for _ in range(3):
            answer = loop.run_until_complete(get(routes, "/health/ready"))
            assert (answer.status_code, answer.json()["database"], answer.json()["redis"]) == (503, False, True)
        assert len(asked) == 1
        hangs.set()
        assert wait_until_ready(loop, routes)["database"]


def wait_until_ready(loop: asyncio.AbstractEventLoop, routes: list[Route]) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while (answer := loop.run_until_complete(get(routes, "/health/ready"))).status_code != 200:
        assert time.monotonic() < deadline
    return dict(answer.json())


def test_a_redis_that_does_not_respond_at_startup_is_reported(
    engines: dict[str, Engine], caplog: pytest.LogCaptureFixture
) -> None:
    stack.warn_without_redis(engines["valkey"].url)
    assert caplog.records == []
    stack.warn_without_redis(f"redis://:tajne@127.0.0.1:{free_port()}/0")
    [line] = [record.getMessage() for record in caplog.records]
    assert line == "REDIS_URL does not answer; until it does, rate limits do not count"
    assert "tajne" not in str(vars(caplog.records[0]))


def is_alive(server: LocalServer) -> bool:
    with suppress(httpx.TransportError):
        return server.call("GET", "/health/live").status_code == 200
    return False


@pytest.mark.proof
def test_without_redis_the_server_starts_and_works_and_reports_it(tmp_path: Path, first_folder: FirstFolder) -> None:
    shutil.copytree(first_folder("1"), tmp_path / "data")
    server = start(tmp_path / "data", REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    deadline = time.monotonic() + START_TIMEOUT
    try:
        while not is_alive(server):
            assert time.monotonic() < deadline, server.output
        assert server.output.count("REDIS_URL does not answer") == 1
        assert server.call("GET", "/health/ready").json()["redis"] is False
        token = server.sign_in(STUDENT.email, STUDENT.password)
        assert server.call("GET", "/api/chat/conversations/", token=token).status_code == 200
    finally:
        assert server.stop() == 0
