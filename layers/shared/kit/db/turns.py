"""Several statements in one round trip: they go to the database together, and their results come back together.

Each still starts when the previous one has ended and sees what others have committed until then. Locks are not held
longer for network round trips, nor for other threads that run in between.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from shared.kit.db.libpq import checked, numbered_once, prepared_name
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Parameters, Query
from shared.kit.psycopg import ExecStatus, InvalidSqlStatementName, PGresult, PyFormat, Transformer
from shared.kit.settings import settings


class Call(NamedTuple):
    """A statement and its parameters."""

    statement: Query[Any] | Command
    parameters: Parameters = None


class _Sent:
    """A statement in flight; the object that built its parameters also parses its rows."""

    def __init__(self, db: PooledConnection, call: Call) -> None:
        self.statement = call.statement
        self.text, names = numbered_once(call.statement.text)
        given = call.parameters or ()
        values = list(given) if isinstance(given, Sequence) else [given[name] for name in names]
        self.adapting = Transformer(db)
        self.values = self.adapting.dump_sequence(values, [PyFormat.AUTO] * len(values))

    def prepare(self, db: PooledConnection) -> None:
        self.name = prepared_name(db, self.text, self.adapting.types or ())

    def send(self, db: PooledConnection) -> None:
        db.pgconn.send_query_prepared(self.name, self.values, self.adapting.formats)

    def run(self, db: PooledConnection) -> list[Any]:
        """Send it on its own and wait for its rows."""
        adapting = self.adapting
        return self.rows(checked(db, db.pgconn.exec_params(self.text, self.values, adapting.types, adapting.formats)))

    def rows(self, result: PGresult) -> list[Any]:
        if isinstance(self.statement, Command):
            return []
        self.adapting.set_pgresult(result)
        return self.adapting.load_rows(0, result.ntuples, self.statement.made_of)


def in_one_turn(db: PooledConnection, *calls: Call) -> list[list[Any]]:
    """Run statements of one transaction and return the rows of each, in order; a command has none.

    Raises the psycopg.Error of the first that fails. Later ones are then not run.
    """
    sent = [_Sent(db, call) for call in calls]
    if not settings().database_prepare:
        # Behind a proxy whose handling of several at once is unknown.
        return [each.run(db) for each in sent]
    for each in sent:
        each.prepare(db)
    db.pgconn.enter_pipeline_mode()
    for each in sent:
        each.send(db)
    db.pgconn.pipeline_sync()
    results = _results(db)
    db.pgconn.exit_pipeline_mode()
    try:
        return [each.rows(checked(db, result)) for each, result in zip(sent, results, strict=True)]
    except InvalidSqlStatementName:
        # The server was told to forget prepared statements; a retried transaction prepares them again.
        db.prepared.clear()
        raise


def _results(db: PooledConnection) -> list[PGresult]:
    """One result per statement, after the server has finished all of them. Raises psycopg.OperationalError."""
    results: list[PGresult] = []
    while True:
        while db.pgconn.is_busy():
            db.wait_for_news()
            db.pgconn.consume_input()
        result = db.pgconn.get_result()
        if result is None:
            # The separator between the results of two statements.
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return results
        results.append(result)
