"""No thread class uses a private name that `threading.Thread` has in any Python: the two would share one value."""

import ast
import threading

import pytest

from tests.support.source_code import PROGRAM, modules, nodes

# Names in 3.11 and 3.12, in 3.13 (which the images have) and in 3.14, in addition to those of the running Python.
KNOWN = {"_is_stopped", "_stop", "_tstate_lock", "_handle", "_after_fork", "_context", "_os_thread_handle"}
PRIVATE = KNOWN | {name for name in dir(threading.Thread()) if name.startswith("_") and not name.endswith("__")}

CLASSES = [node for module in modules(*PROGRAM) for node in nodes(module) if isinstance(node, ast.ClassDef)]


def threads(classes: list[ast.ClassDef]) -> list[ast.ClassDef]:
    """The classes that are threads, by the names of their bases."""
    names, found = {"Thread"}, 0
    while found < len(names):
        found = len(names)
        names |= {each.name for each in classes if names & bases(each)}
    return [each for each in classes if names & bases(each)]


def bases(each: ast.ClassDef) -> set[str]:
    return {ast.unparse(base).split("[")[0].rpartition(".")[2] for base in each.bases}


def own_names(each: ast.ClassDef) -> set[str]:
    """Its methods, and what is set on `self`."""
    methods = {node.name for node in each.body if isinstance(node, ast.FunctionDef)}
    fields = {ast.unparse(node) for node in ast.walk(each) if isinstance(node, ast.Attribute)}
    return methods | {name.removeprefix("self.") for name in fields if name.startswith("self.")}


@pytest.mark.parametrize("thread", threads(CLASSES), ids=lambda thread: thread.name)
def test_a_thread_reuses_no_private_name_of_threading(thread: ast.ClassDef) -> None:
    assert own_names(thread) & PRIVATE == set()
