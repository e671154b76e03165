"""Transactions of several statements."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TypeVar

from shared.kit.db.libpq import checked
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.errors import AppError, Unavailable
from shared.kit.psycopg import (
    DeadlockDetected,
    InvalidSqlStatementName,
    SerializationFailure,
    TransactionStatus,
    psycopg,
)

T = TypeVar("T")
# Every failed attempt means that another transaction committed; several people may join one session at once.
ATTEMPTS = 5


class ConcurrentUpdate(Exception):
    """What was read before taking the locks has changed."""


@contextmanager
def transaction() -> Iterator[PooledConnection]:
    """Commit everything in the block when it ends, or nothing if it raises.

    The commit is over before the response is made; code that must run only after it (a push, waking the mailer) goes
    below the block.
    """
    with connection() as db:
        _run(db, b"BEGIN")
        try:
            yield db
        except BaseException:
            # If even the rollback fails, the pool repairs or replaces the connection.
            with suppress(psycopg.OperationalError):
                db.pgconn.exec_(b"ROLLBACK")
            raise
        if db.pgconn.transaction_status != TransactionStatus.IDLE:
            _run(db, b"COMMIT")


def _run(db: PooledConnection, command: bytes) -> None:
    """Run it at a fifth of a cursor's cost."""
    checked(db, db.pgconn.exec_(command))


def run_transaction(action: Callable[[PooledConnection], T]) -> T:
    """Run an action in its own transaction, and retry it after a conflict with another one. Raises Unavailable."""
    for _attempt in range(ATTEMPTS):
        try:
            with transaction() as db:
                return action(db)
        except (ConcurrentUpdate, DeadlockDetected, SerializationFailure, InvalidSqlStatementName):
            continue
    raise Unavailable


def limit_lock_wait(db: PooledConnection) -> None:
    """Wait for locks at most half a second in this transaction: PostgreSQL checks for deadlocks after a second.

    So a scheduled function, which runs again anyway, gives way instead of a user's request; it gets
    psycopg.errors.LockNotAvailable.
    """
    db.execute("SELECT set_config('lock_timeout', '500ms', true)")


def violated_constraint(error: psycopg.IntegrityError) -> str | None:
    """The name of the constraint that a statement violated."""
    return error.diag.constraint_name


@contextmanager
def constraint_errors(errors: Mapping[str, type[AppError]]) -> Iterator[None]:
    """Map violations of constraints, which have the last word, to errors by the constraint's name."""
    try:
        yield
    except psycopg.IntegrityError as violation:
        if error := errors.get(violated_constraint(violation) or ""):
            raise error from None
        raise
