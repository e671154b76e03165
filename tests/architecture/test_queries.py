"""Every statement of the code, described by the migrated database: it is valid, and its rows fit their types."""

import re
import typing
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, get_args, get_origin
from uuid import UUID

import psycopg
import pytest
from psycopg.pq import ExecStatus
from psycopg.types.multirange import Multirange

from shared.kit.db.libpq import Prepared
from shared.kit.db.pool import connection
from shared.kit.db.query import Command, Query, has_columns
from tools.statements import Statement, all_statements, text_of

# The Python types to which psycopg converts PostgreSQL's types.
PYTHON_TYPES: dict[str, set[object]] = {
    "int2": {int},
    "int4": {int},
    "int8": {int},
    "float8": {float},
    "numeric": {Decimal},
    "text": {str},
    "varchar": {str},
    "bool": {bool},
    "uuid": {UUID},
    "bytea": {bytes},
    "date": {date},
    "time": {time},
    "timestamptz": {datetime},
    "timestamp": {datetime},
    "interval": {timedelta},
    "json": {dict, list},
    "jsonb": {dict, list},
    "inet": {object},
    "void": {NoneType, str},
    "tstzrange": {object},
    "tstzmultirange": {Multirange},
}


STATEMENTS = all_statements()


def described(db: psycopg.Connection[Any], statement: Statement) -> list[tuple[str, str, bool]]:
    """Name and type of each column, and whether it is an array. Fails if PostgreSQL refuses the statement."""
    made = db.pgconn.prepare(b"", text_of(statement))
    assert made.status == ExecStatus.COMMAND_OK, made.error_message.decode()
    if isinstance(statement, Command):
        return []
    result = db.pgconn.describe_prepared(b"")
    columns = []
    for column in range(result.nfields):
        oid = result.ftype(column)
        info = db.adapters.types.get(oid)
        assert info, f"type {oid} of column {column}"
        columns.append(((result.fname(column) or b"").decode(), info.name, info.array_oid == oid))
    return columns


def taken(annotation: object) -> set[object]:
    """The types that a field may have: without None, generics as their origin, literals as the type of their values."""
    origin = get_origin(annotation)
    if origin in {typing.Union, UnionType}:
        return set().union(*(taken(each) for each in get_args(annotation) if each is not NoneType))
    if origin is typing.Literal:
        return {type(each) for each in get_args(annotation)}
    if isinstance(annotation, typing.NewType):
        return taken(annotation.__supertype__)
    return {origin or annotation}


def fits(annotation: object, kind: str, *, is_array: bool) -> bool:
    accepted = taken(annotation)
    if object in accepted or Any in accepted:
        return kind in {"json", "jsonb", "inet", "tstzrange", "tstzmultirange"}
    expected = {list} if is_array else PYTHON_TYPES[kind]
    return accepted <= expected or (object in expected)


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_the_rows_that_the_database_describes_fit_the_code(name: str, platform: None) -> None:
    statement = STATEMENTS[name]
    with connection() as db:
        columns = described(db, statement)
    if isinstance(statement, Prepared):
        assert tuple(column for column, _, _ in columns) == statement.columns
    if not isinstance(statement, Query):
        return
    if not has_columns(statement.row):
        [(_, kind, is_array)] = columns
        assert fits(statement.row, kind, is_array=is_array)
        return
    hints = typing.get_type_hints(statement.row)
    assert [column for column, _, _ in columns] == list(hints)
    wrong = [(column, kind) for column, kind, is_array in columns if not fits(hints[column], kind, is_array=is_array)]
    assert wrong == []


def subqueries_after_in(text: str) -> Iterator[str]:
    for found in re.finditer(r"\bIN \(\s*SELECT\b", text):
        depth = 0
        for end in range(found.start() + 3, len(text)):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            if depth == 0:
                yield text[found.start() : end + 1]
                break


@pytest.mark.parametrize(
    ("condition", "is_found"),
    [
        ("id IN (SELECT id FROM t WHERE f(x) LIMIT 5 FOR UPDATE SKIP LOCKED)", True),
        ("id IN (\n    SELECT id FROM t ORDER BY g(h(x)) OFFSET 5 FOR UPDATE)", True),
        ("id = ANY(ARRAY(SELECT id FROM t LIMIT 5 FOR UPDATE SKIP LOCKED))", False),
        ("id IN (SELECT id FROM t FOR UPDATE SKIP LOCKED) LIMIT 5", False),
    ],
)
def test_a_limit_and_locks_within_one_in_are_found(condition: str, *, is_found: bool) -> None:
    assert counts_locked_rows(f"DELETE FROM t WHERE {condition}") is is_found


def counts_locked_rows(text: str) -> bool:
    counts_and_locks = re.compile(r"\b(LIMIT|OFFSET)\b.*\bFOR\b.*\bUPDATE\b", re.DOTALL)
    return any(map(counts_and_locks.search, subqueries_after_in(text)))


def test_rows_to_change_are_counted_once() -> None:
    """PostgreSQL may run a subquery after IN once per row and pass over the rows that the statement has changed.

    Then each run counts anew. An ARRAY is evaluated only once.
    """
    assert [name for name, each in STATEMENTS.items() if counts_locked_rows(text_of(each).decode())] == []
