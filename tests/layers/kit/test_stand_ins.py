"""Packages are imported without the parts that functions do not use; a later import gets the real ones."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tools.cloud.project import ROOT


def output_of(script: str) -> Any:
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_describing_an_api_imports_the_real_modules() -> None:
    script = """
import json, sys, shared.kit.http.fastapi
before = [name for name in sys.modules if name.startswith("fastapi.openapi.")]
from fastapi.openapi import models, utils
print(json.dumps([before, utils.OpenAPI is models.OpenAPI, "paths" in models.OpenAPI.model_fields]))
"""
    assert output_of(script) == [["fastapi.openapi.constants"], True, True]


@pytest.mark.parametrize(("module", "name"), [("asyncio", "Redis"), ("cluster", "RedisCluster")])
def test_the_rest_of_redis_can_be_imported_afterwards(module: str, name: str) -> None:
    script = f"""
import json, sys, shared.kit.redis
before = [each for each in sys.modules if each.startswith(("redis.asyncio", "redis.cluster", "opentelemetry"))]
from redis.{module} import {name}
import redis.{module}
print(json.dumps([before, redis.{module}.{name} is {name}, hasattr({name}, "from_url")]))
"""
    assert output_of(script) == [[], True, True]


def test_asyncio_can_be_imported_afterwards() -> None:
    script = """
import json, sys, shared.kit.psycopg, shared.kit.redis
before = sorted({"asyncio", "ctypes", "importlib.metadata"} & sys.modules.keys())
import asyncio, ctypes.util, importlib.metadata
async def answer():
    return 42
versions = [importlib.metadata.version(each) for each in ("psycopg", "psycopg-pool")]
known = [shared.kit.psycopg.psycopg.__version__, sys.modules["psycopg_pool"].__version__]
print(json.dumps([before, asyncio.new_event_loop().run_until_complete(answer()), known == versions]))
"""
    assert output_of(script) == [[], 42, True]


def test_psycopg_without_asyncio_raises_the_same_errors() -> None:
    script = """
import json
from shared.kit.psycopg import psycopg
try:
    psycopg.connect("host=127.0.0.1 port=1 connect_timeout=1")
except psycopg.OperationalError as error:
    print(json.dumps(type(error).__name__))
"""
    assert output_of(script) == "OperationalError"


def test_the_asyncio_part_of_psycopg_can_be_imported_afterwards() -> None:
    script = """
import json, sys, shared.kit.psycopg
rest = ["psycopg.connection_async", "psycopg.raw_cursor", "psycopg_pool.pool_async"]
before = [name for name in rest if name in sys.modules]
from psycopg.connection_async import AsyncConnection
from psycopg_pool.pool_async import AsyncConnectionPool
print(json.dumps([before, hasattr(AsyncConnection, "connect"), hasattr(AsyncConnectionPool, "getconn")]))
"""
    assert output_of(script) == [[], True, True]
