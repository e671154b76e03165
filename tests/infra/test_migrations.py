"""The migrations: up, down, up again, and the same schema as the models."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, NullPool, create_engine

from functions.migrations.database_functions import FOLDER
from functions.migrations.handler import handler
from functions.migrations.service import SCRIPTS
from local.engines.processes import Engine
from shared.models import Base
from tests.conftest import read_settings_again
from tests.support.databases import new_database

# It has no downgrade: docs/decisions/0009-aws.md.
FIRST_WITH_TODAYS_NAMES = "0006"
OWN_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'public'::regnamespace AND l.lanname IN ('sql', 'plpgsql')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1
"""
TRIGGERS = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
COLUMNS = """
SELECT table_name, column_name, data_type, udt_name, numeric_precision, numeric_scale, is_nullable, column_default,
    is_identity, identity_generation, generation_expression
FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND conrelid::regclass::text <> 'alembic_version'
ORDER BY 1, 2
"""
INDEXES = """
SELECT tablename, indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1, 2
"""


@pytest.fixture
def address(engines: dict[str, Engine]) -> Iterator[str]:
    with new_database(engines) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def migrated(engines: dict[str, Engine]) -> Iterator[str]:
    """A database with all migrations, which tests must not change."""
    with new_database(engines) as made:
        migrate(made, "head")
        yield made


@pytest.fixture
def migrated_copy(engines: dict[str, Engine], migrated: str) -> Iterator[str]:
    with new_database(engines, copied=migrated) as copy:
        yield copy


@contextmanager
def connected(address: str) -> Iterator[Connection]:
    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def migrate(address: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with connected(address) as connection:
        config.attributes["connection"] = connection
        (command.downgrade if revision.startswith("-") else command.upgrade)(config, revision.removeprefix("-"))


def rows(address: str, statement: str) -> list[Any]:
    with psycopg.connect(address, autocommit=True) as db:
        return db.execute(statement).fetchall()


def schema(address: str) -> dict[str, list[Any]]:
    catalogue = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES}
    return {name: rows(address, statement) for name, statement in catalogue.items()}


def test_up_down_and_up_again(address: str) -> None:
    migrate(address, "head")
    first, functions, triggers = schema(address), rows(address, OWN_FUNCTIONS), rows(address, TRIGGERS)
    migrate(address, f"-{FIRST_WITH_TODAYS_NAMES}")
    migrate(address, "head")
    assert (schema(address), rows(address, OWN_FUNCTIONS), rows(address, TRIGGERS)) == (first, functions, triggers)
    migrate(address, "head")
    assert rows(address, "SELECT count(*), count(DISTINCT name) FROM skills") == [(18, 18)]


def test_the_function_migrates_the_database_of_the_settings(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    read_settings_again()
    try:
        assert handler({}, None) == {"upgraded": True}
    finally:
        monkeypatch.undo()
        read_settings_again()
    assert rows(address, "SELECT count(*) FROM tutors") == [(0,)]


def test_a_migration_that_gets_no_lock_fails_and_changes_nothing(address: str) -> None:
    migrate(address, "0005")
    before = rows(address, TABLES)
    with psycopg.connect(address) as holder:
        holder.execute("LOCK TABLE waitlist IN ACCESS SHARE MODE")
        with pytest.raises(Exception, match="lock timeout"):
            migrate(address, "head")
    assert rows(address, TABLES) == before


def test_models_match_the_migrated_schema(migrated: str) -> None:
    with connected(migrated) as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []


def test_models_and_migrations_create_identical_schemas(migrated: str, migrated_copy: str) -> None:
    """Alembic does not compare generated columns, index expressions, checks or exclusion constraints."""
    with connected(migrated_copy) as connection, connection.begin():
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    assert schema(migrated_copy) == schema(migrated)


def test_there_is_no_downgrade_to_the_names_of_the_first_release(migrated_copy: str) -> None:
    with pytest.raises(Exception, match="restore a backup"):
        migrate(migrated_copy, "-0005")
    assert rows(migrated_copy, "SELECT count(*) FROM sign_in_sessions") == [(0,)]


def test_indexes_and_sequences_are_named_after_their_tables(migrated: str) -> None:
    statement = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('i', 'S')"
    parts = {name for (name,) in rows(migrated, statement)}
    tables = {name for (name,) in rows(migrated, TABLES)}
    assert [part for part in parts if not part.startswith(tuple(f"{table}_" for table in tables))] == []
    old = ("sessions_", "members_", "outbox_", "waitlist_key", "waitlist_pkey", "waitlist_id")
    assert [part for part in parts if part.startswith(old)] == []


def test_database_functions_match_their_files(migrated_copy: str) -> None:
    files = {path.stem: path.read_text() for path in FOLDER.glob("*.sql")}
    definitions = """
        SELECT p.proname, pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
        WHERE p.pronamespace = 'public'::regnamespace AND l.lanname IN ('sql', 'plpgsql')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    """
    with psycopg.connect(migrated_copy) as db:
        migrated = dict[str, str](db.execute(definitions).fetchall())
        for text in files.values():
            db.execute(text.encode())
        assert dict(db.execute(definitions).fetchall()) == migrated
        assert migrated.keys() == files.keys()


def test_all_functions_and_triggers_exist(migrated: str) -> None:
    functions = {row[0].partition("(")[0] for row in rows(migrated, OWN_FUNCTIONS)}
    assert functions >= {
        "fold",
        "is_one_edit_apart",
        "has_similar_word",
        "format_time",
        "copy_account_to_tutor",
        "fill_tutor_from_account",
        "count_ratings",
        "has_free_slot",
        "tutors_with_rare_times",
        "lock_rated_tutors",
        "cancel_bookings_of_account",
        "end_move_proposal",
        "keep_suspended_unlisted",
        "keep_revocable_address",
    }
    assert {row[0] for row in rows(migrated, TRIGGERS)} == {
        "bookings_end_move_proposal",
        "users_cancel_bookings",
        "users_cancel_bookings_of_suspended",
        "tutors_keep_unlisted",
        "users_keep_revocable_address",
        "users_copy_to_tutor",
        "users_lock_rated_tutors",
        "tutors_add_booking_terms",
        "tutors_count_added",
        "tutors_count_changed",
        "tutors_count_removed",
        "tutors_fill_from_account",
        "ratings_count_added",
        "ratings_count_removed",
        "ratings_recount",
        "bookings_verify",
        "bookings_verify_added",
    }
