"""Several statements that hold together."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from shared.kit.db.pool import PooledConnection, connection


@contextmanager
def transaction() -> Iterator[PooledConnection]:
    """Everything in the block is committed when it ends, and nothing of it when it raises.

    The commit is over before the answer is made: what must only happen after it (a push, waking the
    mailer) stands behind the block.
    """
    with connection() as db, db.transaction():
        yield db


def limit_lock_wait(db: PooledConnection) -> None:
    """Wait for no lock longer than half a second in this transaction: PostgreSQL looks for deadlocks after a whole one.

    So a scheduled function, which comes again, steps back and never somebody's request; it gets
    psycopg.errors.LockNotAvailable.
    """
    db.execute("SELECT set_config('lock_timeout', '500ms', true)")


def violated_constraint(error: psycopg.IntegrityError) -> str | None:
    """The name of the constraint that refused a statement."""
    return error.diag.constraint_name
