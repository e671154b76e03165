"""The migrations: up, down, up again, and a schema that is the models'."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, NullPool, create_engine

from functions.migrations.database_functions import FOLDER
from functions.migrations.handler import handler
from functions.migrations.service import SCRIPTS
from local.engines.processes import Engine
from shared.domain.timestamps import format_time
from shared.models import Base
from tests.conftest import read_settings_again
from tests.support.databases import new_database
from tests.support.people import query

# Nothing leads back over it: docs/decisions/0009-aws.md.
FIRST_WITH_TODAYS_NAMES = "0006"
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


def test_a_migration_that_gets_no_lock_gives_way_and_leaves_nothing(address: str) -> None:
    migrate(address, "0005")
    before = rows(address, TABLES)
    with psycopg.connect(address) as holder:
        holder.execute("LOCK TABLE waitlist IN ACCESS SHARE MODE")
        with pytest.raises(Exception, match="lock timeout"):
            migrate(address, "head")
    assert rows(address, TABLES) == before


def test_models_match_the_migrated_schema(address: str) -> None:
    migrate(address, "head")
    with connected(address) as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []


def test_models_make_the_very_schema_the_migrations_make(engines: dict[str, Engine], address: str) -> None:
    """Alembic does not compare generated columns, expressions in indexes, checks nor exclusion constraints."""
    migrate(address, "head")
    with new_database(engines) as other:
        migrate(other, "head")
        with connected(other) as connection, connection.begin():
            Base.metadata.drop_all(connection)
            Base.metadata.create_all(connection)
        made = schema(other)
    assert made == schema(address)


def test_nothing_leads_back_to_the_names_of_the_first_release(address: str) -> None:
    migrate(address, "head")
    with pytest.raises(Exception, match="restore a backup"):
        migrate(address, "-0005")
    assert rows(address, "SELECT count(*) FROM sign_in_sessions") == [(0,)]


def test_names_of_parts_follow_their_tables(address: str) -> None:
    migrate(address, "head")
    statement = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('i', 'S')"
    parts = {name for (name,) in rows(address, statement)}
    tables = {name for (name,) in rows(address, TABLES)}
    assert [part for part in parts if not part.startswith(tuple(f"{table}_" for table in tables))] == []
    old = ("sessions_", "members_", "outbox_", "waitlist_key", "waitlist_pkey", "waitlist_id")
    assert [part for part in parts if part.startswith(old)] == []


def test_a_function_of_the_database_is_its_file(address: str) -> None:
    migrate(address, "head")
    files = {path.stem: path.read_text() for path in FOLDER.glob("*.sql")}
    definitions = """
        SELECT p.proname, pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
        WHERE p.pronamespace = 'public'::regnamespace AND l.lanname IN ('sql', 'plpgsql')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    """
    with psycopg.connect(address) as db:
        migrated = dict[str, str](db.execute(definitions).fetchall())
        for text in files.values():
            db.execute(text.encode())
        assert dict(db.execute(definitions).fetchall()) == migrated
        assert migrated.keys() == files.keys()


def test_the_functions_and_triggers_are_there(address: str) -> None:
    migrate(address, "head")
    functions = {row[0].partition("(")[0] for row in rows(address, OWN_FUNCTIONS)}
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
    assert {row[0] for row in rows(address, TRIGGERS)} == {
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


# Whole offsets, half hours, sub-minute local mean times, a date line that was crossed.
ZONES = (
    "Europe/Warsaw",
    "UTC",
    "America/New_York",
    "America/St_Johns",
    "Africa/Monrovia",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
FIRST, LAST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
MOMENTS = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC))
NOWADAYS = st.timedeltas(timedelta(), timedelta(days=250 * 365)).map(datetime(1850, 1, 1, tzinfo=UTC).__add__)


def written(moments: list[datetime], zone: str) -> list[str]:
    statement = "SELECT format_time(moment, %s) FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS m (moment, place)"
    return [row[0] for row in query(f"{statement} ORDER BY place", zone, moments)]


@pytest.mark.parametrize("zone", ZONES)
@given(moments=st.lists(MOMENTS | NOWADAYS, min_size=1, max_size=40))
@SLOW
def test_times_are_written_alike_in_sql_and_python(
    platform: None, monkeypatch: pytest.MonkeyPatch, zone: str, moments: list[datetime]
) -> None:
    monkeypatch.setenv("TIME_ZONE", zone)
    read_settings_again()
    whole = [moment.replace(microsecond=0) for moment in moments]
    try:
        assert written(moments + whole, zone) == [format_time(moment) for moment in moments + whole]
    finally:
        monkeypatch.delenv("TIME_ZONE")
        read_settings_again()


def test_times_around_a_change_of_clocks(platform: None) -> None:
    start = datetime(2034, 3, 25, 23, tzinfo=UTC)
    autumn = datetime(2034, 10, 28, 23, tzinfo=UTC)
    moments = [begin + timedelta(minutes=15 * step) for begin in (start, autumn) for step in range(16)]
    assert written(moments, "Europe/Warsaw") == [format_time(moment) for moment in moments]
    assert written([autumn + timedelta(hours=1)], "Europe/Warsaw") == ["2034-10-29T02:00:00+02:00"]
    assert written([autumn + timedelta(hours=2)], "Europe/Warsaw") == ["2034-10-29T02:00:00+01:00"]


def folded(text: str) -> str:
    return str(query("SELECT fold(%s)", text)[0][0])


def test_polish_letters_fold_to_ascii(platform: None) -> None:
    assert folded("ĄĆĘŁŃÓŚŹŻ ąćęłńóśźż") == "acelnoszz acelnoszz"
    assert folded("Müller Citroën Ørsted Straße") == "muller citroen orsted strasse"
    assert folded("Dąbrowska-Śliwa") == "dabrowska sliwa"
    assert query("SELECT fold(NULL), is_one_edit_apart(NULL, 'a')") == [(None, None)]


LATIN = st.text(st.characters(max_codepoint=0x17F, exclude_categories=("Cs", "Cc")), max_size=20)


@given(one=LATIN, other=LATIN)
@SLOW
def test_folding_is_letter_by_letter_final_and_blind_to_case(platform: None, one: str, other: str) -> None:
    assert folded(one + other) == folded(one) + folded(other)
    assert folded(folded(one)) == folded(one)
    assert query("SELECT fold(upper(%s)) = fold(lower(%s))", one, one)[0][0]


SHORT = st.text("abc", max_size=6)


def slips(word: str) -> set[str]:
    """The word and everything one letter wrong, missing, added or swapped makes of it."""
    places = range(len(word))
    return {
        word,
        *(word[:at] + word[at + 1 :] for at in places),
        *(word[:at] + letter + word[at + 1 :] for at in places for letter in "abcx"),
        *(word[:at] + letter + word[at:] for at in range(len(word) + 1) for letter in "abcx"),
        *(word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in places[:-1]),
    }


@given(word=SHORT, others=st.lists(SHORT, min_size=1, max_size=60))
@SLOW
def test_one_edit_apart_is_one_slip(platform: None, word: str, others: list[str]) -> None:
    candidates = [*others, *slips(word)]
    statement = (
        "SELECT other, is_one_edit_apart(other, %s), is_one_edit_apart(%s, other) FROM unnest(%s::text[]) AS other"
    )
    for other, apart, other_way in query(statement, word, word, candidates):
        assert (apart, other_way) == (other in slips(word), other in slips(word)), other
