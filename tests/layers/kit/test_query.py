"""Statements with row types."""

from dataclasses import dataclass

import pytest

from shared.kit.db.pool import connection
from shared.kit.db.query import Command, NoRow, Query, Sql, compose, numbered


@dataclass(frozen=True, slots=True)
class Pair:
    one: int
    two: str


PAIRS = Query(Pair, "SELECT number, 'n' || number FROM generate_series(1, %(most)s::int) number")


def test_rows_are_returned_as_the_row_type(platform: None) -> None:
    with connection() as db:
        assert PAIRS.all(db, {"most": 2}) == [Pair(1, "n1"), Pair(2, "n2")]
        assert PAIRS.one(db, {"most": 3}) == Pair(1, "n1")
        assert PAIRS.one(db, {"most": 0}) is None


def test_a_single_column_is_returned_as_a_value(platform: None) -> None:
    count = Query(int, "SELECT count(*) FROM generate_series(1, %s)")
    with connection() as db:
        assert count.get(db, (3,)) == 3


def test_a_missing_row_is_an_error_if_one_is_required(platform: None) -> None:
    with connection() as db, pytest.raises(NoRow):
        PAIRS.get(db, {"most": 0})


def test_a_command_returns_how_many_rows_it_affected(platform: None) -> None:
    with connection() as db:
        assert Command("DELETE FROM tutors WHERE id = %s").run(db, (1,)) == 0


def test_parts_of_sql_are_inserted_into_their_places() -> None:
    assert compose("SELECT '{}', '{60}' {what} FROM {what}", what=Sql("x")) == "SELECT '{}', '{60}' x FROM x"


def test_plain_text_is_refused_as_a_part_of_sql() -> None:
    with pytest.raises(TypeError):
        compose("SELECT {what}", what="1")  # type: ignore[arg-type]  # what the check is for
    with pytest.raises(KeyError):
        compose("SELECT {what}")


def test_parameters_get_numbers() -> None:
    assert numbered("%(a)s %(b)s %(a)s %%") == (b"$1 $2 $1 %", ("a", "b"))
    assert numbered("%s %s") == (b"$1 $2", ("", ""))
