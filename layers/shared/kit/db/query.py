"""Statements with the types of their rows.

A data module states each statement once, as a constant. One test finds them all, prepares each on the migrated database
and compares the names and types of its columns with the row type: a renamed column names its users.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from shared.kit.psycopg import args_row, psycopg, scalar_row

Row = TypeVar("Row")
Parameters = Mapping[str, Any] | Sequence[Any] | None
Connection = psycopg.Connection[Any]

_PART = re.compile(r"\{([a-z_]+)\}")
_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%s|%%")


class Sql(str):
    """SQL that is part of the code, never user input."""

    __slots__ = ()


def compose(template: str, **parts: Sql) -> Sql:
    """Fill the `{name}`s of a template with pieces of SQL; values remain parameters. All of it is constant in the code.

    Raises KeyError for a name without a piece, TypeError for a piece that is not `Sql`.
    """
    for name, part in parts.items():
        if not isinstance(part, Sql):
            raise TypeError(f"{name} is no Sql but {type(part).__name__}")
    return Sql(_PART.sub(lambda found: parts[found[1]], template))


class NoRow(LookupError):
    """A statement that always returns a row returned none."""


def has_columns(row: Any) -> bool:
    """Whether a row type has a field for each column; otherwise the row is the value of its only column."""
    return hasattr(row, "_fields") or is_dataclass(row)


class Query(Generic[Row]):
    """A statement that returns rows.

    `row` is a NamedTuple or a dataclass with the columns' names in order, or the type of a single column.
    """

    __slots__ = ("_factory", "row", "text")

    def __init__(self, row: type[Row], text: str) -> None:
        self.row = row
        self.text = text
        self._factory: Any = args_row(row) if has_columns(row) else scalar_row

    def made_of(self, values: Sequence[Any]) -> Row:
        """Make a row from the values of its columns."""
        made: Row = self.row(*values) if has_columns(self.row) else values[0]
        return made

    def one(self, db: Connection, parameters: Parameters = None) -> Row | None:
        """The first row; None if there is none."""
        found: Row | None = db.cursor(row_factory=self._factory).execute(self.text, parameters).fetchone()
        return found

    def get(self, db: Connection, parameters: Parameters = None) -> Row:
        """The first row of a statement that always returns one. Raises NoRow."""
        found = db.cursor(row_factory=self._factory).execute(self.text, parameters).fetchall()
        if not found:
            raise NoRow(self.text)
        row: Row = found[0]
        return row

    def all(self, db: Connection, parameters: Parameters = None) -> list[Row]:
        """All rows."""
        found: list[Row] = db.cursor(row_factory=self._factory).execute(self.text, parameters).fetchall()
        return found


class Command(NamedTuple):
    """A statement that returns no rows."""

    text: str

    def run(self, db: Connection, parameters: Parameters = None) -> int:
        """Run it; returns the number of rows it affected."""
        return db.execute(self.text, parameters).rowcount


class Variants(NamedTuple):
    """All variants of a statement that is composed at run time, for the test that describes statements."""

    build: Callable[[], Iterable[Query[Any] | Command]]


def numbered(text: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement with libpq's placeholders $1, $2, …, and the names of its parameters ("" for positional ones)."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        name = found[1] or ""
        if not name or name not in names:
            names.append(name)
            return f"${len(names)}"
        return f"${names.index(name) + 1}"

    return _PLACEHOLDER.sub(number, text).encode(), tuple(names)
