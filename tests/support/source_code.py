"""The project's modules as syntax trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tools.cloud.project import ROOT

PROGRAM = ("functions", "infra", "layers", "local", "tools")


def modules(*folders: str) -> list[str]:
    """Paths of the modules below these folders, from the project's root."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def text(module: str) -> str:
    return (ROOT / module).read_text()


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(text(module))


def functions_of(module: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods, nested ones too."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def texts_of(module: str) -> Iterator[ast.Constant]:
    """The texts of a module, those within f-strings too; docstrings are none."""
    docstrings = {id(found) for node in ast.walk(tree(module)) if (found := docstring(node))}
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node


def docstring(node: ast.AST) -> ast.Constant | None:
    match node:
        case (
            ast.Module(body=[ast.Expr(value=ast.Constant(value=str()) as found), *_])
            | ast.ClassDef(body=[ast.Expr(value=ast.Constant(value=str()) as found), *_])
            | ast.FunctionDef(body=[ast.Expr(value=ast.Constant(value=str()) as found), *_])
            | ast.AsyncFunctionDef(body=[ast.Expr(value=ast.Constant(value=str()) as found), *_])
        ):
            return found
    return None


def imported_by(module: str) -> Iterator[str]:
    """The names of modules that a module imports anywhere, and of what it takes from them."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def name_of(module: str) -> str:
    """functions/chat/handler.py is functions.chat.handler, layers/shared/kit/json.py is shared.kit.json."""
    return Path(module.removeprefix("layers/")).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
