"""Health: /health/live while the process serves at all, /health/ready (and /health) while it can do its work."""

import shutil
from pathlib import Path

import psycopg
import redis
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from shared.kit.db.pool import connection
from shared.kit.redis import client

# Bytes on the data folder's disk below which PostgreSQL may fail at any moment: it writes its log in files of 16 MB.
LEAST_FREE = 64 * 1024 * 1024


def routes(data: Path) -> list[Route]:
    def show_ready(_request: Request) -> JSONResponse:
        """200 once database, Redis and disk serve; 503 names what does not."""
        state = {"database": _database_answers(), "redis": _redis_answers(), "disk": _has_room(data)}
        ready = all(state.values())
        return JSONResponse({"status": "ok" if ready else "unavailable", **state}, 200 if ready else 503)

    return [Route("/health", show_ready), Route("/health/ready", show_ready), Route("/health/live", show_live)]


async def show_live(_request: Request) -> JSONResponse:
    """On the loop itself, so that busy threads do not matter."""
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
