"""Statements of the hottest paths answer as a psycopg cursor would, whatever happened on the connection before."""

from decimal import Decimal
from typing import Any

import psycopg
import pytest

from shared.kit.db.libpq import Prepared, array_text, fetch_all
from shared.kit.db.pool import connection
from shared.kit.settings import settings
from tests.conftest import read_settings_again

echo = Prepared("SELECT $1, $2, length($1) WHERE $1 <> 'nothing'")


def test_values_and_results_are_text(platform: None) -> None:
    with connection() as db:
        assert echo.fetch_all(db, "Zażółć", None) == [("Zażółć", None, "6")]
        assert echo.fetch_all(db, "nothing", None) == []


def test_results_that_are_only_passed_on_are_bytes(platform: None) -> None:
    with connection() as db:
        assert echo.fetch_bytes(db, "Zażółć", None) == [("Zażółć".encode(), None, b"6")]


@pytest.mark.parametrize("texts", [[], [""], ["Fizyka", 'a "b", c', "NULL", "null", r"\ \"", "{ }", " Żak\n\t'"]])
def test_a_list_of_texts_is_written_as_an_array(platform: None, texts: list[str]) -> None:
    with connection() as db:
        assert db.execute("SELECT %s::text::text[]", [array_text(texts)]).fetchone() == (texts,)


def test_statements_survive_a_deallocate_all_by_psycopg(platform: None) -> None:
    with connection() as db:
        echo.fetch_all(db, "a", "b")
        db.execute("SELECT 1", prepare=True)
        db.execute("DROP TABLE IF EXISTS nowhere")
        db.execute("SELECT 1")
        assert db.execute("SELECT name FROM pg_prepared_statements WHERE name LIKE 'hot%'").fetchall() == []
        assert echo.fetch_all(db, "a", "b") == [("a", "b", "1")]


def test_errors_are_psycopg_s_and_leave_the_connection_usable(platform: None) -> None:
    divide = Prepared("SELECT 1 / $1::int")
    with connection() as db:
        for _ in range(2):
            with pytest.raises(psycopg.errors.DivisionByZero):
                divide.fetch_all(db, "0")
        with pytest.raises(psycopg.errors.UndefinedTable):
            Prepared("SELECT $1 FROM nowhere").fetch_all(db, "x")
        assert divide.fetch_all(db, "1") == [("1",)]


def test_a_broken_connection_is_an_operational_error(platform: None) -> None:
    with connection() as db:
        with psycopg.connect(settings().database_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (db.info.backend_pid,))
        with pytest.raises(psycopg.OperationalError):
            echo.fetch_all(db, "a", "b")


def test_statements_that_the_server_forgot_are_prepared_again_once(platform: None) -> None:
    known, new = Prepared("SELECT $1 || 'known'"), Prepared("SELECT $1 || 'new'")
    with connection() as db:
        known.fetch_all(db, "a")
        db.execute("DEALLOCATE ALL")
        # The new statement is prepared before the loss is noticed.
        for _ in range(2):
            assert [each.fetch_all(db, "a") for each in (new, known)] == [[("anew",)], [("aknown",)]]


def test_nothing_is_prepared_if_preparing_is_disabled(platform: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """RDS Proxy pins a connection on which something was prepared."""
    monkeypatch.setenv("DATABASE_PREPARE", "false")
    read_settings_again()
    assert not settings().database_prepare
    with connection() as db:
        db.execute("DEALLOCATE ALL")
        assert echo.fetch_all(db, "a", None) == [("a", None, "1")]
        assert db.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


VALUES: dict[str, Any] = {
    "text": "100% zażółć 'x' $1",
    "none": None,
    "number": 5_000_000_000,
    "price": Decimal("4.30"),
    "rank": 4.3,
    "texts": ["Fizyka", 'a "b", c', "%s"],
}


def test_an_unprepared_statement_accepts_the_same_values_as_a_cursor(platform: None) -> None:
    statement = (
        "SELECT %(text)s::text, %(none)s::int, %(number)s + 1, %(price)s * 2, %(rank)s::text, %(texts)s::text[],"
        " %(text)s LIKE '100%% za%%', 'x' = ANY(%(texts)s)"
    )
    with connection() as db:
        [row] = fetch_all(db, statement, VALUES)
        [expected] = db.execute(statement, VALUES).fetchall()
        as_texts = db.execute("SELECT %s::text[]::text", (VALUES["texts"],)).fetchone()
    assert as_texts is not None
    assert row[:5] == tuple(None if value is None else str(value) for value in expected[:5])
    assert row[5:] == (as_texts[0], "t", "f")
    assert expected[5:] == (VALUES["texts"], True, False)


def test_an_unprepared_statement_fails_as_a_cursor_would_and_prepares_nothing(platform: None) -> None:
    with connection() as db:
        db.execute("DEALLOCATE ALL")
        for _ in range(7):
            with pytest.raises(psycopg.errors.DivisionByZero):
                fetch_all(db, "SELECT 1 / %(by)s", {"by": 0})
        assert fetch_all(db, "SELECT name FROM pg_prepared_statements WHERE %(x)s", {"x": True}) == []
        with psycopg.connect(settings().database_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (db.info.backend_pid,))
        with pytest.raises(psycopg.OperationalError):
            fetch_all(db, "SELECT 1", {})
