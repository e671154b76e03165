"""Packages are imported without what functions do not use, and who imports that afterwards gets the real thing."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tools.cloud.project import ROOT


def said(script: str) -> Any:
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_who_describes_an_api_gets_the_real_modules() -> None:
    script = """
import json, sys, shared.kit.http.fastapi
before = [name for name in sys.modules if name.startswith("fastapi.openapi.")]
from fastapi.openapi import models, utils
print(json.dumps([before, utils.OpenAPI is models.OpenAPI, "paths" in models.OpenAPI.model_fields]))
"""
    assert said(script) == [["fastapi.openapi.constants"], True, True]


@pytest.mark.parametrize(("module", "name"), [("asyncio", "Redis"), ("cluster", "RedisCluster")])
def test_the_rest_of_redis_can_be_imported_afterwards(module: str, name: str) -> None:
    script = f"""
import json, sys, shared.kit.redis
before = [each for each in sys.modules if each.startswith(("redis.asyncio", "redis.cluster", "opentelemetry"))]
from redis.{module} import {name}
import redis.{module}
print(json.dumps([before, redis.{module}.{name} is {name}, hasattr({name}, "from_url")]))
"""
    assert said(script) == [[], True, True]
