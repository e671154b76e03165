"""Health: /health/live while the process serves at all, /health/ready (and /health) while it can do its work."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from shared.kit.db.pool import connection
from shared.kit.redis import client
from shared.kit.threads import Threads

# With less free disk space for the data folder, PostgreSQL may fail at any moment: it writes its log in 16 MB files.
LEAST_FREE = 64 * 1024 * 1024
# Seconds without a response after which an engine counts as down.
PATIENCE = 2.0


class Check:
    """A check of an engine that may hang: it has its own thread, and never runs twice at a time."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._threads = Threads(1, "health")
        self._asked: asyncio.Future[bool] | None = None

    async def holds(self) -> bool:
        """The result; False if there is none in time."""
        if self._asked is None or self._asked.done():
            self._asked = self._threads.run(lambda _: self._ask(), None)
        asked = self._asked
        done, _late = await asyncio.wait((asked,), timeout=PATIENCE)
        return bool(done) and asked.result()


def routes(data: Path) -> list[Route]:
    checks = {
        "database": Check(_database_answers),
        "redis": Check(_redis_answers),
        "disk": Check(lambda: _has_room(data)),
    }

    async def show_ready(_request: Request) -> JSONResponse:
        """200 if database, Redis and disk work; 503 names what does not."""
        answers = await asyncio.gather(*(check.holds() for check in checks.values()))
        ready = all(answers)
        state = {"status": "ok" if ready else "unavailable", **dict(zip(checks, answers, strict=True))}
        return JSONResponse(state, 200 if ready else 503)

    return [Route("/health", show_ready), Route("/health/ready", show_ready), Route("/health/live", show_live)]


async def show_live(_request: Request) -> JSONResponse:
    """Runs on the loop itself, so that busy threads do not matter."""
    return JSONResponse({"status": "ok"})


def _database_answers() -> bool:
    try:
        with connection() as db:
            db.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _redis_answers() -> bool:
    try:
        return bool(client().ping())
    except redis.RedisError:
        return False


def _has_room(data: Path) -> bool:
    try:
        return shutil.disk_usage(data).free >= LEAST_FREE
    except OSError:  # not there any more
        return False
