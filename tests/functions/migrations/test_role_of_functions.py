"""The database role of the functions on AWS has the privileges that their statements need, and no more."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import sqlglot
from psycopg.errors import InsufficientPrivilege
from sqlglot import exp

from functions.migrations.repository import GRANTS, let_in
from shared.kit.db.pool import connection
from shared.kit.settings import settings
from tools.statements import all_statements, text_of
from tools.tables import COMMENT, DATABASE_FUNCTIONS, READ, owners

ROLE = "functions"
ORDER = ("SELECT", "INSERT", "UPDATE", "DELETE")
STATEMENTS = {name: text_of(each).decode() for name, each in all_statements().items() if not name.startswith("local.")}
VERBS = {
    "INSERT": re.compile(r"\bINSERT INTO\s+(\w+)"),
    "UPDATE": re.compile(r"\bUPDATE\s+(\w+)\s+(?:\w+\s+)?SET\b"),
    "DELETE": re.compile(r"\bDELETE FROM\s+(\w+)"),
    "SELECT": READ,
}


def privileges_of(statement: str) -> Iterator[tuple[str, str]]:
    """Yield the table and privilege of everything a statement does; locking a row requires UPDATE."""
    tree = sqlglot.parse_one(statement, dialect="postgres")
    for each in tree.find_all(exp.Insert, exp.Update, exp.Delete):
        target = each.this.find(exp.Table).name
        yield target, type(each).__name__.upper()
        conflict = each.args.get("conflict")
        if conflict and conflict.expressions:
            yield target, "UPDATE"
    for each in tree.find_all(exp.Table):
        yield each.name, "SELECT"
    for select in tree.find_all(exp.Select):
        for lock in select.args.get("locks") or ():
            named = {each.name for each in lock.expressions}
            sources = [select.args["from_"].this, *(join.this for join in select.args.get("joins") or ())]
            for source in sources:
                if isinstance(source, exp.Table) and (not named or source.alias_or_name in named):
                    yield source.name, "UPDATE"


def needed() -> dict[str, str]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for statement in STATEMENTS.values():
        for table, right in privileges_of(statement):
            found[table].add(right)
    for path in DATABASE_FUNCTIONS.glob("*.sql"):
        text = COMMENT.sub("", path.read_text())
        for right, pattern in VERBS.items():
            for table in pattern.findall(text):
                found[table].add(right)
    return {
        table: ", ".join(right for right in ORDER if right in found[table])
        for table in sorted(owners())
        if found[table]
    }


def test_the_privileges_are_those_that_statements_need() -> None:
    assert needed() == GRANTS, "functions/migrations/repository.py grants other privileges"


@pytest.fixture
def as_the_role(platform: None) -> Iterator[psycopg.Connection[Any]]:
    with connection() as db, db.transaction(force_rollback=True):
        let_in(db, ROLE, "secret")
        db.execute(f"SET LOCAL ROLE {ROLE}")
        yield db


def test_the_role_may_run_every_statement(as_the_role: psycopg.Connection[Any]) -> None:
    for name, statement in STATEMENTS.items():
        if not re.match(r"\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\b", statement):
            continue
        made = as_the_role.pgconn.exec_(f"EXPLAIN (GENERIC_PLAN) {statement}".encode())
        assert not made.error_message, f"{name}: {made.error_message.decode()}"


def test_the_statements_of_the_role_have_a_limit_even_behind_a_proxy(as_the_role: psycopg.Connection[Any]) -> None:
    found = as_the_role.execute("SELECT rolconfig FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchall()
    assert found == [([f"statement_timeout={settings().database_statement_seconds}s"],)]


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE users", "TRUNCATE users", "CREATE TABLE own (id int)", "SELECT * FROM alembic_version"],
)
def test_the_role_may_do_nothing_else(as_the_role: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        as_the_role.execute(statement)


def test_no_column_uses_a_sequence_that_would_need_privileges(platform: None) -> None:
    with connection() as db:
        assert (
            db.execute(
                "SELECT adrelid::regclass::text FROM pg_attrdef WHERE pg_get_expr(adbin, adrelid) LIKE 'nextval%'"
            ).fetchall()
            == []
        )


@pytest.mark.parametrize(
    "statement", ["UPDATE staff_actions SET reason = ''", "DELETE FROM staff_actions", "TRUNCATE staff_actions"]
)
def test_the_role_cannot_change_the_audit_trail(as_the_role: psycopg.Connection[Any], statement: str) -> None:
    as_the_role.execute("INSERT INTO staff_actions (action, reason) VALUES ('suspend', 'Spam')")
    with pytest.raises(InsufficientPrivilege):
        as_the_role.execute(statement)
