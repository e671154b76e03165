"""SQL is only in data modules, so that a change of a table affects few places."""

import ast
import re
from pathlib import PurePath

import pytest

from tests.support.source_code import modules, texts_of, tree

SQL = re.compile(
    r"\b(SELECT|INSERT INTO|DELETE FROM|UPDATE \w+(?: \w+)? SET|SET LOCAL|LOCK TABLE|FROM \w+|WHERE|JOIN|RETURNING"
    r"|ORDER BY|GROUP BY|ON CONFLICT|FOR (?:NO KEY )?UPDATE|FOR (?:KEY )?SHARE)\b|\bpg_\w+\(|\bnow\(\)"
)
# Modules of nothing but statements; `data` is a package of a larger feature.
DATA_MODULES = {"repository.py", "queries.py"}
# What runs the statements of other modules, or of Alembic.
RUN_STATEMENTS = ("layers/shared/kit/db/", "functions/migrations/")
# The models of the tables, and code that administers PostgreSQL itself.
DATA_FOLDERS = ("layers/shared/data/", "layers/shared/kit/db/", "layers/shared/models/")


def may_hold_sql(module: str) -> bool:
    path = PurePath(module)
    return "data" in path.parts[2:-1] or path.name in DATA_MODULES or module.startswith(DATA_FOLDERS)


def statements_in(module: str) -> list[str]:
    return [f"{module}:{each.lineno}" for each in texts_of(module) if SQL.search(str(each.value))]


def runs_statements(module: str) -> bool:
    """Whether a module calls `execute` with a statement."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"execute", "executemany"}
        and node.args
        for node in ast.walk(tree(module))
    )


def test_statements_are_run_only_through_their_row_types() -> None:
    """So that a test checks each against the database, and docs/tables.md knows who reads and writes each table."""
    running = {module for module in modules("functions", "layers") if runs_statements(module)}
    assert [module for module in sorted(running) if not module.startswith(RUN_STATEMENTS)] == []


def test_sql_is_only_in_data_modules() -> None:
    elsewhere = {module: statements_in(module) for module in modules("functions", "layers") if not may_hold_sql(module)}
    assert {module: found for module, found in elsewhere.items() if found} == {}


@pytest.mark.parametrize("text", ["SELECT 1", " AND x = 1 ORDER BY id", "now() + interval '1 day'", "FROM users"])
def test_parts_of_statements_are_recognized(text: str) -> None:
    assert SQL.search(text)


@pytest.mark.parametrize("text", ["Select a time.", "from users", "Where do you teach?", "join"])
def test_english_is_not_taken_for_a_statement(text: str) -> None:
    assert not SQL.search(text)


def test_data_modules_are_recognized() -> None:
    assert may_hold_sql("functions/chat/data/messages.py")
    assert may_hold_sql("functions/tokens/repository.py")
    assert not may_hold_sql("functions/chat/domain/data.py")
    assert not may_hold_sql("functions/tokens/service.py")
