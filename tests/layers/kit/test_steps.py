"""Reads in steps, as run by a thread."""

import psycopg
import pytest

from shared.kit.db.libpq import Prepared, Row
from shared.kit.db.pool import connection
from shared.kit.db.steps import IN_A_THREAD, Ask, Steps, take_steps

pytestmark = pytest.mark.usefixtures("platform")

SUM = Prepared("SELECT $1::int + $2::int")
DIVIDE = Prepared("SELECT 1 / $1::int")


def add_up(*numbers: int) -> Steps[int]:
    total = 0
    for number in numbers:
        [(value,)] = yield Ask(SUM, (str(total), str(number)))
        total = int(value)
    return total


def divide(number: int) -> Steps[list[Row] | str]:
    try:
        rows = yield Ask(DIVIDE, (str(number),))
    except psycopg.errors.DivisionByZero:
        return "infinite"
    return rows


def waits_itself() -> Steps[int]:
    first = yield from add_up(1, 2)
    yield IN_A_THREAD
    with connection() as db:
        row = db.execute("SELECT 4").fetchone()
    assert row
    return first + int(row[0]) + (yield from add_up(1))


def test_each_step_receives_its_rows() -> None:
    assert take_steps(add_up()) == 0
    assert take_steps(add_up(1, 20, 300)) == 321
    assert take_steps(waits_itself()) == 8


def test_a_read_that_has_started_is_continued() -> None:
    steps = add_up(1, 20)
    assert take_steps(steps, next(steps)) == 21
    steps = waits_itself()
    ask = next(steps)
    while ask is not IN_A_THREAD:
        ask = steps.send([(b"3",)])
    assert take_steps(steps, ask) == 8


def test_a_statement_fails_at_its_step() -> None:
    assert take_steps(divide(0)) == "infinite"
    assert take_steps(divide(1)) == [(b"1",)]
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        take_steps(only(Ask(SUM, ("a", "b"))))


def only(ask: Ask) -> Steps[None]:
    yield ask
