"""Real engines for every test process, an empty platform for every test."""

import asyncio
import gc
import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as properties
from psycopg.rows import TupleRow

from functions.migrations.service import upgrade
from local.engines.postgres import start_postgres
from local.engines.processes import Engine, socket_folder
from local.engines.valkey import start_valkey
from shared.domain.platform_settings import platform_settings
from shared.kit.aws.storage import storage
from shared.kit.db.pool import close_pool, connection
from shared.kit.private_storage import private_storage
from shared.kit.redis import client as redis_client
from shared.kit.settings import settings
from shared.models import Base
from tests.support.fast_hashes import hash_as_in_production, hash_fast
from tests.support.people import People

SECRET = "a secret of at least thirty-two bytes, for tests"
TABLES = [table.name for table in Base.metadata.sorted_tables if table.name != "skills"]
FILLED = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in TABLES)
# Without foreign keys and triggers, tables can be emptied in any order.
WITHOUT_TRIGGERS = "-c session_replication_role=replica"
# By database URL: a test may use a database of its own.
SWEEPERS: dict[str, psycopg.Connection[TupleRow]] = {}
SEQUENCES = """
SELECT pg_get_serial_sequence(table_name, column_name)
FROM information_schema.columns WHERE table_schema = 'public' AND is_identity = 'YES' AND table_name <> 'skills'
"""


# Functions use the current event loop of their thread, which Python 3.14 no longer creates (3.12 warns). It is set
# before the folders' own conftests import functions.
LOOP = asyncio.new_event_loop()
asyncio.set_event_loop(LOOP)


# An example does not fail because the machine is busy, and examples may share what a test was given.
# What Hypothesis chooses for CI stays: the same examples in every run.
UNCHECKED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
properties.register_profile("patient", properties(), deadline=None, suppress_health_check=UNCHECKED)
properties.load_profile("patient")


def pytest_unconfigure() -> None:
    LOOP.close()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Imported modules and collected tests stay alive: garbage collection would take a third of the time in vain."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Engine]]:
    """PostgreSQL and Valkey of this test process, with migrations applied; environment variables point to them."""
    data, sockets = tmp_path_factory.mktemp("engines"), socket_folder()
    postgres, valkey = start_postgres(data / "postgres", sockets), start_valkey(data / "valkey", sockets)
    os.environ |= {
        "DATABASE_URL": postgres.url,
        "REDIS_URL": valkey.url,
        "JWT_SECRET": SECRET,
        "VAPID_SECRET": SECRET,
        "SECOND_FACTOR_SECRET": SECRET,
        "DATABASE_POOL": "16",
        # Tests pause transactions while others wait for their locks, on machines that may be busy.
        "DATABASE_STATEMENT_SECONDS": "300",
        "LOCAL_SOCKETS": str(sockets),
        "RATE_LIMITS": "off",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    read_settings_again()
    with connection() as db:
        db.execute("ALTER SYSTEM SET fsync = off")  # no test simulates a power failure
        db.execute("SELECT pg_reload_conf()")
    upgrade()
    yield {"postgres": postgres, "valkey": valkey}
    for each in SWEEPERS.values():
        each.close()
    close_pool()
    for engine in (valkey, postgres):
        engine.stop()
    shutil.rmtree(sockets, ignore_errors=True)


def read_settings_again() -> None:
    for cached in (settings, platform_settings, storage, private_storage):
        cached.cache_clear()


@pytest.fixture
def platform(engines: dict[str, Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty platform with only the skills list; mail and pictures go to the test's folder."""
    with empty_platform(tmp_path, monkeypatch):
        yield


@contextmanager
def empty_platform(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MAIL_URL", f"file://{folder / 'mail'}")
    monkeypatch.setenv("MEDIA_FOLDER", str(folder / "media"))
    monkeypatch.setenv("BOOKING_MAIL_MINUTES", "0")
    hash_fast(monkeypatch)
    read_settings_again()
    yield
    empty_the_tables()
    redis_client().flushdb()
    read_settings_again()


def empty_the_tables() -> None:
    """Empty all tables as TRUNCATE would, in a tenth of the time."""
    with connection() as db:
        filled = db.execute(FILLED).fetchall()
        db.execute(count_from_one())
        database_url = db.info.dsn
    try:
        delete_all(sweeper(database_url), filled)
    # A test ended all connections, or another process still running interfered.
    except psycopg.OperationalError:
        if crossed := SWEEPERS.pop(database_url, None):
            crossed.close()
        delete_all(sweeper(database_url), filled)


def delete_all(db: psycopg.Connection[TupleRow], tables: list[TupleRow]) -> None:
    with db.transaction():
        for (name,) in tables:
            db.execute(f"DELETE FROM {name}")


def sweeper(database_url: str) -> psycopg.Connection[TupleRow]:
    """A separate connection: switching triggers off makes PostgreSQL discard the cached plans of all statements."""
    if database_url not in SWEEPERS:
        SWEEPERS[database_url] = psycopg.connect(database_url, autocommit=True, options=WITHOUT_TRIGGERS)
    return SWEEPERS[database_url]


@cache
def count_from_one() -> str:
    """The statement that resets all sequences. Cached: finding the sequences takes longer than resetting them."""
    with connection() as db:
        return "SELECT " + ", ".join(f"setval('{name}', 1, false)" for (name,) in db.execute(SEQUENCES))


@pytest.fixture
def rate_limits(platform: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn rate limits on, as in production; other tests sign in without limits."""
    monkeypatch.setenv("RATE_LIMITS", "on")
    read_settings_again()


@pytest.fixture
def production_hashes(platform: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as in production; other tests use a hash that costs next to nothing."""
    hash_as_in_production(monkeypatch)


@pytest.fixture
def any_number_of_bookings(platform: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lift the limit on a student's upcoming bookings."""
    monkeypatch.setenv("MAX_ACTIVE_BOOKINGS", "1000000")
    read_settings_again()


@pytest.fixture
def people(platform: None) -> People:
    """Creates confirmed accounts that are signed in."""
    return People()
