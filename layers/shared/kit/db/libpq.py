"""Statements for the hottest paths, run by a single call of libpq: prepared once in each connection, or not at all.

A psycopg cursor takes two to three times the processor time of such a call, and yields to other threads several times
before it is done. The price: results are text or bytes, and the call cannot be interrupted.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, cast

from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import numbered
from shared.kit.psycopg import (
    ConnStatus,
    ExecStatus,
    InvalidSqlStatementName,
    OperationalError,
    PGresult,
    PyFormat,
    Transformer,
    error_from_result,
)
from shared.kit.settings import settings

# Texts, or their raw bytes; None for NULL.
Row = tuple[Any, ...]

# Not a set, which would call Python for the hash of each member.
DONE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)

_numbers = count(1)
# Searches take few forms.
numbered_once = lru_cache(maxsize=256)(numbered)


def fetch_all(db: PooledConnection, statement: str, parameters: Mapping[str, Any]) -> list[Row]:
    """The rows of a statement with psycopg's placeholders, planned for these values. Raises psycopg.Error."""
    return _rows(_run(db, statement, parameters))


def fetch_bytes(db: PooledConnection, statement: str, parameters: Mapping[str, Any]) -> list[Row]:
    """The same rows as bytes, for texts that are passed on unread."""
    return bytes_of(_run(db, statement, parameters))


def _run(db: PooledConnection, statement: str, parameters: Mapping[str, Any]) -> PGresult:
    query, names = numbered_once(statement)
    adapting = Transformer(db)
    values = adapting.dump_sequence([parameters[name] for name in names], [PyFormat.AUTO] * len(names))
    return checked(db, db.pgconn.exec_params(query, values, adapting.types, adapting.formats))


class Prepared:
    """A statement with the parameters $1, $2, …, all of type text.

    `columns` names the columns of a row, for the test that describes statements: results are texts without names.
    """

    def __init__(self, statement: str, columns: Sequence[str] = ()) -> None:
        self.statement = statement.encode()
        self.columns = tuple(columns)

    def fetch_all(self, db: PooledConnection, *values: str | None) -> list[Row]:
        """The rows. Raises the psycopg.Error a cursor would."""
        return _rows(self._result(db, values))

    def fetch_bytes(self, db: PooledConnection, *values: str | None) -> list[Row]:
        """The same rows as bytes, for texts that are passed on unread."""
        return bytes_of(self._result(db, values))

    def name_in(self, db: PooledConnection) -> bytes | None:
        """Its name in a connection; None before its first use there."""
        return db.prepared.get((self.statement, ()))

    def encoded(self, values: Iterable[str | None]) -> list[bytes]:
        # libpq accepts None as NULL, which psycopg's types do not say.
        return [cast("bytes", None if value is None else value.encode()) for value in values]

    def _result(self, db: PooledConnection, values: Iterable[str | None]) -> PGresult:
        parameters = self.encoded(values)
        try:
            return checked(db, self._run(db, parameters))
        except InvalidSqlStatementName:
            # After a DROP, an ALTER or a ROLLBACK psycopg makes the server forget all prepared statements. Only this
            # statement is certain to be gone: others may have been prepared since.
            db.prepared.pop((self.statement, ()))
            return checked(db, self._run(db, parameters))

    def _run(self, db: PooledConnection, parameters: list[bytes]) -> PGresult:
        if not settings().database_prepare:
            return db.pgconn.exec_params(self.statement, parameters)
        return db.pgconn.exec_prepared(prepared_name(db, self.statement), parameters)


def prepared_name(db: PooledConnection, statement: bytes, types: Sequence[int] = ()) -> bytes:
    """The name under which a connection has prepared a statement; parameters are text unless types are given."""
    key = (statement, tuple(types))
    name = db.prepared.get(key)
    if name is None:
        name = f"hot_{next(_numbers)}".encode()
        checked(db, db.pgconn.prepare(name, statement, types))
        db.prepared[key] = name
    return name


def array_text(texts: Iterable[str]) -> str:
    """The text of a PostgreSQL array (its manual, section 8.15.6)."""
    escaped = (text.replace("\\", r"\\").replace('"', r"\"") for text in texts)
    quoted = ",".join([f'"{text}"' for text in escaped])
    return f"{{{quoted}}}"


def _rows(result: PGresult) -> list[Row]:
    return [tuple([None if value is None else value.decode() for value in row]) for row in bytes_of(result)]


def bytes_of(result: PGresult) -> list[Row]:
    """The rows of a result as bytes."""
    value, columns = result.get_value, range(result.nfields)
    return [tuple([value(row, column) for column in columns]) for row in range(result.ntuples)]


def checked(db: PooledConnection, result: PGresult) -> PGresult:
    """The result of a statement that succeeded. Raises the psycopg.Error a cursor would."""
    if result.status in DONE:
        return result
    if db.pgconn.status == ConnStatus.BAD:
        raise OperationalError(result.error_message.decode(errors="replace"))
    raise error_from_result(result)
