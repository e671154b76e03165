"""The project's modules as syntax trees."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TypeVar

from tools.cloud.project import ROOT

Node = TypeVar("Node", bound=ast.AST)
DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef
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


@cache
def nodes(module: str) -> tuple[ast.AST, ...]:
    """All nodes of a module's tree; cached, because walking the tree takes longer than checking the nodes."""
    return tuple(ast.walk(tree(module)))


def functions_of(module: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods, nested ones too."""
    for node in nodes(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def texts_of(module: str) -> Iterator[ast.Constant]:
    """The string literals of a module, including parts of f-strings but not docstrings."""
    docstrings = {id(found) for node in nodes(module) if (found := docstring(node))}
    for node in nodes(module):
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


@cache
def imported_by(module: str) -> tuple[str, ...]:
    """The full names of the modules that a module imports anywhere, and of the names it imports from them."""
    found: list[str] = []
    for node in nodes(module):
        if isinstance(node, ast.Import):
            found += (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += (node.module, *(f"{node.module}.{each.name}" for each in node.names))
    return tuple(found)


@cache
def uses(module: str) -> frozenset[str]:
    """What a module uses of its imports, by full name: shared.kit.aws.storage.storage().put()."""
    return _full_names(nodes(module), _imported_names(module))


@cache
def uses_by_function(module: str) -> dict[str, frozenset[str]]:
    """The same for each function of a module, including the module's other functions; all by full name."""
    made = {each.name: f"{name_of(module)}.{each.name}" for each in tree(module).body if isinstance(each, DEFINITION)}
    names = _imported_names(module) | made
    bodies = ((each.name, ast.walk(each)) for each in tree(module).body if isinstance(each, DEFINITION))
    return {made[name]: _full_names(body, names) for name, body in bodies}


def _imported_names(module: str) -> dict[str, str]:
    names = {each.asname or each.name: each.name for node in _all(module, ast.Import) for each in node.names}
    for node in _all(module, ast.ImportFrom):
        names |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    for assigned in _all(module, ast.Assign):
        match assigned:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value) if made := _full_name(value, names):
                names[name] = made
    return names


def _full_names(found: Iterable[ast.AST], names: dict[str, str]) -> frozenset[str]:
    return frozenset(full for each in found if (full := _full_name(each, names)))


def _all(module: str, kind: type[Node]) -> Iterator[Node]:
    return (node for node in nodes(module) if isinstance(node, kind))


def _full_name(node: ast.AST, names: dict[str, str]) -> str:
    """The full name of an expression of names, attributes and calls; "" for any other expression."""
    match node:
        case ast.Name(id=name):
            return names.get(name, "")
        case ast.Attribute(value=value, attr=attribute):
            base = _full_name(value, names)
            return f"{base}.{attribute}" if base else ""
        case ast.Call(func=function):
            base = _full_name(function, names)
            return f"{base}()" if base else ""
    return ""


@cache
def path_of(name: str) -> str | None:
    """The path of a named module of the features or layers, such as functions.chat.handler or shared.kit.json."""
    path = f"{'layers/' if name.startswith('shared.') else ''}{name.replace('.', '/')}.py"
    return path if name.startswith(("functions.", "shared.")) and (ROOT / path).exists() else None


def name_of(module: str) -> str:
    """The name of the module at a path: layers/shared/kit/json.py is shared.kit.json."""
    return module.removeprefix("layers/").removesuffix(".py").replace("/", ".")
