"""Taking away what keeps bookings right, for the twins of race tests; and what the database's log says."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from shared.data import locking
from shared.kit.db.query import Command
from tests.support.people import query


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits in a queue for a person's time."""
    monkeypatch.setattr(locking, "LOCK_PEOPLE", Command("SELECT %(people)s::uuid[]"))


@contextmanager
def without_constraint(table: str, name: str) -> Iterator[None]:
    """A table without one of its constraints or unique indexes; afterwards all bookings are gone."""
    found = query("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", name)
    index = "" if found else query("SELECT indexdef FROM pg_indexes WHERE indexname = %s", name)[0][0]
    query(f"ALTER TABLE {table} DROP CONSTRAINT {name}" if found else f"DROP INDEX {name}")
    try:
        yield
    finally:
        query("TRUNCATE tutoring_sessions, bookings, booking_changes, waitlist_entries CASCADE")
        query(f"ALTER TABLE {table} ADD CONSTRAINT {name} {found[0][0]}" if found else index)


def deadlocks() -> int:
    """How many the database has logged."""
    [(data,)] = query("SHOW data_directory")
    return Path(data).with_suffix(".log").read_text(errors="replace").count("deadlock detected")


@contextmanager
def no_deadlock() -> Iterator[None]:
    before = deadlocks()
    yield
    assert deadlocks() == before


def answers(url: str) -> bool:
    """Whether a database takes connections."""
    with suppress(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2).close()
        return True
    return False
