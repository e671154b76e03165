"""The AWS templates as data, and what of the code each of their functions runs."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tools.cloud.project import ROOT, TEMPLATE
from tools.cloud.template import load_template

STACKS = sorted((ROOT / "infra" / "stacks").glob("*.yaml"))
# Alembic runs it by its path.
ALEMBIC_ENTRY = ROOT / "infra" / "migrations" / "env.py"
HANDLER = re.compile(r"^(def handler\(|handler = )", re.MULTILINE)


def template(path: Path = TEMPLATE) -> Any:
    """A template as data, the main one if none is named."""
    return load_template(path)


def resources(kind: str, path: Path = TEMPLATE) -> dict[str, Any]:
    """Name to properties of the resources of one type."""
    found = template(path)["Resources"].items()
    return {name: each.get("Properties", {}) for name, each in found if each["Type"] == kind}


def functions() -> dict[str, Any]:
    """Name to properties of the functions."""
    return resources("AWS::Serverless::Function")


def command(function: str) -> str:
    """The handler of a function, such as functions.mail.handler.handler."""
    [found] = functions()[function]["ImageConfig"]["Command"]
    return str(found)


def environment(function: str) -> dict[str, Any]:
    """The variables of a function, with those all functions have."""
    everybody: dict[str, Any] = template()["Globals"]["Function"]["Environment"]["Variables"]
    return {**everybody, **functions()[function]["Environment"]["Variables"]}


def events(function: str, kind: str) -> list[Any]:
    """Properties of the events of one type that call a function."""
    found = functions()[function].get("Events", {}).values()
    return [event["Properties"] for event in found if event["Type"] == kind]


def handlers() -> set[str]:
    """All handlers there are in the code."""
    modules = (ROOT / "functions").rglob("*.py")
    return {f"{_name(path)}.handler" for path in modules if HANDLER.search(path.read_text())}


@cache
def sources(function: str) -> dict[str, str]:
    """Name to source of the project's modules a function can come to import."""
    found: dict[str, str] = {}
    waiting = [command(function).removesuffix(".handler")]
    if function == "MigrationsFunction":
        waiting += _imported(ALEMBIC_ENTRY.read_text())
    while waiting:
        name = waiting.pop()
        path = _path(name)
        if name not in found and path is not None:
            found[name] = path.read_text()
            waiting += _imported(found[name])
    return found


def _imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _path(module: str) -> Path | None:
    for folder in (ROOT, ROOT / "layers"):
        path = folder.joinpath(*module.split(".")).with_suffix(".py")
        if path.exists() and module.startswith(("functions.", "shared.")):
            return path
    return None


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)
