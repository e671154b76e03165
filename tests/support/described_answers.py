"""The API description, taken strictly: an answer must not have a key that its schema does not name."""

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs

from local.openapi import description
from tests.support.lambda_client import Answer
from tests.support.request_step import Step


def complaints(step: Step, answer: Answer) -> list[str]:
    """How a JSON answer differs from its schema; errors have tests of their own (`tests/layers/kit/test_errors.py`)."""
    is_json = answer.body and "json" in answer.headers.get("content-type", "")
    if answer.status >= 400 or step.method == "OPTIONS" or not is_json:
        return []
    validator = _validator(step.method.lower(), _described(step), answer.status)
    return [f"{each.instance_path}: {each.message[:300]}" for each in validator.iter_errors(json.loads(answer.body))]


def _described(step: Step) -> str:
    """The described path of a request: the one with the fewest variables that fits."""
    target = step.target.partition("?")[0].rstrip("/") + "/"
    return next(path for path, pattern in _patterns() if pattern.fullmatch(target))


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    paths = sorted(description()["paths"], key=lambda path: path.count("{"))
    return [(path, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))) for path in paths]


@cache
def _validator(method: str, path: str, status: int) -> jsonschema_rs.Draft202012Validator:
    whole = _strict_description()
    schema = whole["paths"][path][method]["responses"][str(status)]["content"]["application/json"]["schema"]
    # Without a model nothing is answered but {}.
    return jsonschema_rs.Draft202012Validator((schema or {"const": {}}) | {"components": whole["components"]})


@cache
def _strict_description() -> dict[str, Any]:
    strict: dict[str, Any] = json.loads(json.dumps(description()), object_hook=_closed)
    return strict


def _closed(part: dict[str, Any]) -> dict[str, Any]:
    return {"additionalProperties": False, **part} if part.get("type") == "object" and "properties" in part else part
