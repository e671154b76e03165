"""Prepared statements answer as a psycopg cursor would, whatever psycopg did to the connection before."""

import psycopg
import pytest

from shared.kit.database import connection
from shared.kit.prepared import Prepared
from shared.kit.settings import settings
from tests.conftest import read_settings_again

echo = Prepared("SELECT $1, $2, length($1) WHERE $1 <> 'nothing'")


def test_values_and_results_are_text(platform: None) -> None:
    with connection() as db:
        assert echo.fetch_all(db, "Zażółć", None) == [("Zażółć", None, "6")]
        assert echo.fetch_all(db, "nothing", None) == []


def test_it_outlives_what_makes_psycopg_deallocate_everything(platform: None) -> None:
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


def test_nothing_is_prepared_where_that_is_forbidden(platform: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """RDS Proxy pins a connection on which something was prepared."""
    monkeypatch.setenv("DATABASE_PREPARE", "false")
    read_settings_again()
    assert not settings().database_prepare
    with connection() as db:
        db.execute("DEALLOCATE ALL")
        assert echo.fetch_all(db, "a", None) == [("a", None, "1")]
        assert db.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
