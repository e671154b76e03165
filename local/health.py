"""GET /health: 200 once the database and Redis answer."""

import psycopg
import redis
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from shared.kit.db.pool import connection
from shared.kit.redis import client


def check(_request: Request) -> JSONResponse:
    state = {"database": _database_answers(), "redis": _redis_answers()}
    healthy = all(state.values())
    return JSONResponse({"status": "ok" if healthy else "unavailable", **state}, 200 if healthy else 503)


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


route = Route("/health", check)
