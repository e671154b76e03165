"""Writes docs/tables.md: who owns, reads and writes each table. Run `python -m tools.tables` after a statement changed.

A table's owner is the feature that its model's module is named after. Readers and writers are found in the statements
of the code and in the database functions.
"""

import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import sqlglot
from sqlglot import exp

from shared.models import Base
from tools.statements import all_statements, text_of

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "tables.md"
DATABASE_FUNCTIONS = ROOT / "infra" / "sql"
COMMENT = re.compile(r"--.*")
READ, WRITTEN = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)"), re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)")
HEAD = """\
# Tables: owner, readers, writers

Written by `python -m tools.tables` from the statements of the code and from the database functions in `infra/sql/`; a
test compares. The owner decides what a row means: look there before you write to its table from elsewhere. Statements
that several features share are named by their module in `shared.data`.

| Table | Owner | Read by | Written by |
|---|---|---|---|
"""


@dataclass
class Access:
    """Readers and writers of one table."""

    readers: set[str] = field(default_factory=set)
    writers: set[str] = field(default_factory=set)


def page() -> str:
    """The text of docs/tables.md."""
    found: defaultdict[str, Access] = defaultdict(Access)
    for name, statement in all_statements().items():
        _note(found, _place(name), *tables_of(text_of(statement).decode()))
    for path in sorted(DATABASE_FUNCTIONS.glob("*.sql")):
        text = COMMENT.sub("", path.read_text())
        _note(found, f"`{path.stem}()`", set(READ.findall(text)), set(WRITTEN.findall(text)))
    return HEAD + "".join(
        f"| `{table}` | {owner} | {_listed(found[table].readers)} | {_listed(found[table].writers)} |\n"
        for table, owner in sorted(owners().items())
    )


def owners() -> dict[str, str]:
    """Maps each table to its feature."""
    mapped = ((each.local_table, each.class_.__module__) for each in Base.registry.mappers)
    return {str(table): module.rpartition(".")[2] for table, module in mapped}


def tables_of(statement: str) -> tuple[set[str], set[str]]:
    """The names that a statement reads, and those that it writes, including WITH queries and functions.

    Raises sqlglot.errors.ParseError.
    """
    tree = sqlglot.parse_one(statement, dialect="postgres")
    # The target of an INSERT may contain a list of columns; it is the first table in any case.
    targets = [each.this.find(exp.Table) for each in tree.find_all(exp.Insert, exp.Update, exp.Delete)]
    reads = {each.name for each in tree.find_all(exp.Table) if not any(each is target for target in targets)}
    return reads, {target.name for target in targets}


def _place(name: str) -> str:
    """The feature of a statement; for a shared statement, its module."""
    module = name.rpartition(".")[0]
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] if package == "functions" else f"`{module}`"


def _note(found: dict[str, Access], place: str, reads: set[str], writes: set[str]) -> None:
    for table in reads:
        found[table].readers.add(place)
    for table in writes:
        found[table].writers.add(place)


def _listed(places: set[str]) -> str:
    return ", ".join(sorted(places, key=lambda each: each.strip("`"))) or "–"


if __name__ == "__main__":
    TARGET.write_text(page())
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}: written\n")
