"""A statement for the hottest path: prepared once in each connection, run by a single call of libpq.

A psycopg cursor takes three times the processor time of such a call, and lets other threads in several times
before it is done. The price: parameters and results are text, and nobody can interrupt it.
"""

from itertools import count
from typing import Any, cast

from psycopg.errors import InvalidSqlStatementName, OperationalError, error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

from shared.kit.database import PooledConnection
from shared.kit.settings import settings

# Texts, None for NULL.
Row = tuple[Any, ...]

_numbers = count(1)


class Prepared:
    """A statement with the parameters $1, $2, …, all of type text."""

    def __init__(self, statement: str) -> None:
        self.statement = statement.encode()
        self.name = f"hot_{next(_numbers)}".encode()

    def fetch_all(self, db: PooledConnection, *values: str | None) -> list[Row]:
        """The rows. Raises the psycopg.Error a cursor would."""
        # libpq takes None for NULL, which psycopg's types do not tell.
        parameters = [cast("bytes", None if value is None else value.encode()) for value in values]
        try:
            result = _checked(db, self._run(db, parameters))
        except InvalidSqlStatementName:
            # After a DROP, an ALTER or a ROLLBACK psycopg lets the server forget all that was prepared.
            db.prepared.clear()
            result = _checked(db, self._run(db, parameters))
        columns = range(result.nfields)
        return [tuple(_text(result.get_value(row, column)) for column in columns) for row in range(result.ntuples)]

    def _run(self, db: PooledConnection, parameters: list[bytes]) -> PGresult:
        if not settings().database_prepare:
            return db.pgconn.exec_params(self.statement, parameters)
        if self.name not in db.prepared:
            _checked(db, db.pgconn.prepare(self.name, self.statement))
            db.prepared.add(self.name)
        return db.pgconn.exec_prepared(self.name, parameters)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _checked(db: PooledConnection, result: PGresult) -> PGresult:
    if result.status in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        return result
    if db.pgconn.status == ConnStatus.BAD:
        raise OperationalError(result.error_message.decode(errors="replace"))
    raise error_from_result(result)
