"""All statements of the code: every module is imported, and its statements are found by their type."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any

import functions
import local
import shared
from shared.kit.db.libpq import Prepared
from shared.kit.db.query import Command, Query, Variants, numbered

Statement = Query[Any] | Command | Prepared


def modules() -> Iterator[ModuleType]:
    """The modules of the features, the layers and the local server; defining modules come before importing ones."""
    for package in (shared, functions, local):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def statements_in(value: object) -> Iterator[Statement]:
    """The statements that a value is or contains, with all variants of those assembled at run time."""
    if isinstance(value, Query | Command | Prepared):
        yield value
    elif isinstance(value, Variants):
        yield from value.build()
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from statements_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from statements_in(each)


@cache
def all_statements() -> Mapping[str, Statement]:
    """Statements by module, name and index, such as functions.chat.data.messages.LIST_BEFORE[0]."""
    found: dict[int, tuple[str, Statement]] = {}
    for module in modules():
        for name, value in vars(module).items():
            for number, each in enumerate(statements_in(value)):
                found.setdefault(id(each), (f"{module.__name__}.{name}[{number}]", each))
    return dict(found.values())


def text_of(statement: Statement) -> bytes:
    """The statement with PostgreSQL's placeholders $1, $2, …"""
    return statement.statement if isinstance(statement, Prepared) else numbered(statement.text)[0]
