"""No migration raises a lock that it holds, which could deadlock with a request that reads and then writes a table.

PostgreSQL would detect the deadlock, and the request would fail.
https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event

from functions.migrations import service
from local.engines.processes import Engine
from tests.infra.test_migrations import FIRST_WITH_TODAYS_NAMES, connected, migrate
from tests.support.databases import new_database

HELD = """
SELECT relation::regclass::text, array_agg(mode) FROM pg_locks JOIN pg_class ON pg_class.oid = relation
WHERE pid = pg_backend_pid() AND granted AND relkind = 'r' AND relnamespace = 'public'::regnamespace
GROUP BY relation
"""
# Locks that block writing requests, and locks that block requests that read with row locks.
AGAINST_WRITERS = {"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock"}
AGAINST_READERS = {"ExclusiveLock", "AccessExclusiveLock"}

RAISING = '''
"""An index is built, then another is dropped."""

from alembic import op

revision = "9999"
down_revision = "{before}"
branch_labels = depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX tutors_price_twice_idx ON tutors (price)")
    op.execute("DROP INDEX tutors_rank_idx")
'''


class Raised(NamedTuple):
    table: str
    statement: str


@pytest.fixture
def address(engines: dict[str, Engine]) -> Iterator[str]:
    with new_database(engines) as fresh:
        yield fresh


def raised_locks(address: str, scripts: Path) -> list[Raised]:
    """The locks that migrations under traffic raised after taking them earlier in the same transaction."""
    migrate(address, FIRST_WITH_TODAYS_NAMES)
    config, raised, before = Config(), list[Raised](), dict[str, set[str]]()
    config.set_main_option("script_location", str(scripts))

    def compare(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
        now = {table: set(modes) for table, modes in cursor.connection.execute(HELD)}
        for table, modes in now.items():
            had = before.get(table, set())
            if had & AGAINST_WRITERS and (modes - had) & AGAINST_READERS:
                raised.append(Raised(table, statement))
        before.clear()
        before.update(now)

    with connected(address) as connection:
        event.listen(connection.engine, "after_cursor_execute", compare)
        event.listen(connection.engine, "commit", lambda _: before.clear())
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return raised


def test_no_migration_raises_a_lock(address: str) -> None:
    assert raised_locks(address, service.SCRIPTS) == []


def test_a_raised_lock_is_detected(address: str, tmp_path: Path) -> None:
    """The counter-test of the test above."""
    scripts = tmp_path / "migrations"
    shutil.copytree(service.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(path.name.partition("_")[0] for path in (scripts / "versions").glob("*.py"))
    (scripts / "versions" / "9999_raising.py").write_text(RAISING.format(before=newest))
    assert raised_locks(address, scripts) == [Raised("tutors", "DROP INDEX tutors_rank_idx")]
