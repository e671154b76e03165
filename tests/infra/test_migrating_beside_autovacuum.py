"""Deploys while PostgreSQL vacuums a large table: a migration does not wait until it is done.

A vacuum keeps out changes of its table. PostgreSQL cancels its own for a statement that waits, but only when that
statement checks for deadlocks. https://www.postgresql.org/docs/current/routine-vacuuming.html#AUTOVACUUM
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from local.engines.processes import Engine
from tests.infra.test_migrations import migrate, rows
from tests.support.databases import new_database
from tests.support.paused_transactions import wait_until

# The next one adds a column to `users`.
BEFORE = "0028"
# A vacuum that sleeps for a tenth of a second after each page or so.
SLOWLY = """
ALTER TABLE users SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)
"""
FILL = "INSERT INTO users (email, password_hash) SELECT n || '@example.com', '!' FROM generate_series(1, 20000) n"
RUNNING = """
SELECT query FROM pg_stat_activity
WHERE backend_type = 'autovacuum worker' AND datname = current_database() AND query LIKE '%public.users%'
"""


@contextmanager
def vacuumed(address: str) -> Iterator[None]:
    """PostgreSQL vacuums `users` by itself, for minutes."""
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("ALTER SYSTEM SET autovacuum_naptime = '1s'")
        try:
            for statement in (FILL, SLOWLY, "UPDATE users SET first_name = 'Ola'", "SELECT pg_reload_conf()"):
                db.execute(statement.encode())
            wait_until(lambda: bool(rows(address, RUNNING)))
            yield
        finally:
            db.execute("ALTER SYSTEM RESET autovacuum_naptime")
            db.execute("SELECT pg_reload_conf()")


def test_a_migration_ends_an_autovacuum_in_its_way(engines: dict[str, Engine]) -> None:
    with new_database(engines) as address:
        migrate(address, BEFORE)
        with vacuumed(address):
            migrate(address, "+1")
        assert rows(address, "SELECT count(mail_bounced_at) FROM users") == [(0,)]


@pytest.fixture
def mere_owner(engines: dict[str, Engine]) -> Iterator[str]:
    """The address of a new database for its owner, a role without further privileges."""
    with psycopg.connect(engines["postgres"].url, autocommit=True) as db:
        db.execute("CREATE ROLE mere_owner LOGIN")
        with new_database(engines) as address:
            name = conninfo_to_dict(address)["dbname"]
            db.execute(f"ALTER DATABASE {name} OWNER TO mere_owner".encode())
            yield address.replace("postgres@", "mere_owner@")
        db.execute("DROP ROLE mere_owner")


def test_an_owner_who_cannot_set_deadlock_timeout_can_migrate_too(mere_owner: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(mere_owner, "SET deadlock_timeout = '100ms'")
    migrate(mere_owner, "head")
    assert rows(mere_owner, "SELECT count(*) FROM tutors") == [(0,)]
