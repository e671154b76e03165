"""The stand-in for FastAPI's telemetry has everything that FastAPI imports from it."""

import ast
import importlib.util
from pathlib import Path

from shared.kit.http.no_telemetry import MODULES, PACKAGE


def test_it_has_what_fastapi_imports() -> None:
    found = importlib.util.find_spec("fastapi")
    assert found is not None
    assert found.origin is not None
    wanted: dict[str, set[str]] = {}
    for path in Path(found.origin).parent.rglob("*.py"):
        if path.parent.name == "telemetry":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
                wanted.setdefault(node.module or "", set()).update(each.name for each in node.names)
    assert wanted.keys() == MODULES.keys()
    for module, names in wanted.items():
        assert names <= MODULES[module].keys()
