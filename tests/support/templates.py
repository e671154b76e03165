"""The AWS templates as data, and the code that each of their functions runs."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.source_code import imported_by, modules, name_of, path_of, text
from tools.cloud.project import ROOT, TEMPLATE
from tools.cloud.template_file import load_template

STACKS = sorted((ROOT / "infra" / "stacks").glob("*.yaml"))
# Not imported: Alembic runs it by path.
ALEMBIC_ENTRY = "infra/migrations/env.py"
HANDLER = re.compile(r"^(def handler\(|handler = )", re.MULTILINE)


def template(path: Path = TEMPLATE) -> Any:
    """A template as data, the main one if none is named."""
    return load_template(path)


def resources(kind: str, path: Path = TEMPLATE) -> dict[str, Any]:
    """The resources of one type: names to properties."""
    found = template(path)["Resources"].items()
    return {name: each.get("Properties", {}) for name, each in found if each["Type"] == kind}


def functions() -> dict[str, Any]:
    """The functions: names to properties."""
    return resources("AWS::Serverless::Function")


def command(function: str) -> str:
    """The handler of a function, such as functions.mail.handler.handler."""
    [found] = functions()[function]["ImageConfig"]["Command"]
    return str(found)


def environment(function: str) -> dict[str, Any]:
    """The environment variables of a function, including those of all functions."""
    everybody: dict[str, Any] = template()["Globals"]["Function"]["Environment"]["Variables"]
    return {**everybody, **functions()[function]["Environment"]["Variables"]}


def events(function: str, kind: str) -> list[Any]:
    """Properties of the events of one type that call a function."""
    found = functions()[function].get("Events", {}).values()
    return [event["Properties"] for event in found if event["Type"] == kind]


def handlers() -> set[str]:
    """All handlers in the code."""
    return {f"{name_of(each)}.handler" for each in modules("functions") if HANDLER.search(text(each))}


@cache
def modules_of(function: str) -> frozenset[str]:
    """The project's modules that a function may import, directly or indirectly."""
    found: set[str] = set()
    waiting = [command(function).removesuffix(".handler")]
    if function == "MigrationsFunction":
        waiting += imported_by(ALEMBIC_ENTRY)
    while waiting:
        path = path_of(waiting.pop())
        if path is not None and path not in found:
            found.add(path)
            waiting += imported_by(path)
    return frozenset(found)
