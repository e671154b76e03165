"""Reads written as generators, so that either a thread or an event loop can wait for their statements.

A read yields an `Ask` for each prepared statement and is sent the rows; its return value is the result. Before it waits
for the database by itself, it yields IN_A_THREAD.
"""

from collections.abc import Generator, Sequence
from typing import Final, NamedTuple, TypeVar

from shared.kit.db.libpq import Prepared, Row
from shared.kit.db.pool import connection

Result = TypeVar("Result")


class Ask(NamedTuple):
    """A statement with its values; its rows are sent back as bytes."""

    statement: Prepared
    values: Sequence[str | None]


IN_A_THREAD: Final = None
Steps = Generator[Ask | None, list[Row], Result]


def take_steps(steps: Steps[Result], ask: Ask | None = None) -> Result:
    """Run a read in this thread, starting with the `ask` it has already yielded, and wait for each statement.

    Raises what the read raises: a psycopg.Error, unless the read catches it.
    """
    try:
        while True:
            if ask is None:
                ask = next(steps)
                continue
            try:
                rows = _fetch(ask)
            except Exception as error:  # noqa: BLE001 - the read's own, as if it had run the statement
                ask = steps.throw(error)
            else:
                ask = steps.send(rows)
    except StopIteration as done:
        result: Result = done.value
        return result


def _fetch(ask: Ask) -> list[Row]:
    with connection() as db:
        return ask.statement.fetch_bytes(db, *ask.values)
