"""Removes the guards of bookings, for the counter-tests of race tests; counts deadlocks in the database's log."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from shared.data import locking
from shared.kit.db.query import Command
from tests.support.people import query


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable the lock that serializes bookings of the same people."""
    monkeypatch.setattr(locking, "LOCK_PEOPLE", Command("SELECT %(people)s::uuid[]"))


@contextmanager
def without_constraint(table: str, name: str) -> Iterator[None]:
    """Drop one of a table's constraints or unique indexes while the block runs; afterwards all bookings are gone."""
    found = query("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", name)
    index = "" if found else query("SELECT indexdef FROM pg_indexes WHERE indexname = %s", name)[0][0]
    query(f"ALTER TABLE {table} DROP CONSTRAINT {name}" if found else f"DROP INDEX {name}")
    try:
        yield
    finally:
        query("TRUNCATE tutoring_sessions, bookings, booking_changes, waitlist_entries CASCADE")
        query(f"ALTER TABLE {table} ADD CONSTRAINT {name} {found[0][0]}" if found else index)


def deadlocks() -> int:
    """The number of deadlocks in the database's log."""
    [(data,)] = query("SHOW data_directory")
    return Path(data).with_suffix(".log").read_text(errors="replace").count("deadlock detected")


@contextmanager
def no_deadlock() -> Iterator[None]:
    before = deadlocks()
    yield
    assert deadlocks() == before


def answers(url: str) -> bool:
    """Whether a database accepts connections."""
    with suppress(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2).close()
        return True
    return False
