"""SQLAlchemy sessions: several statements that hold together."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shared.kit.database import PooledConnection, pool


@cache
def engine() -> Engine:
    """An engine over the process's one pool."""
    return create_engine("postgresql+psycopg://", creator=_borrow, poolclass=NullPool)


def _borrow() -> PooledConnection:
    borrowed = pool().getconn()
    borrowed.autocommit = False
    return borrowed


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything in the block is committed when it ends, and nothing of it when it raises.

    The commit is over before the answer is made: what must only happen after it (a push, waking the
    mailer) stands behind the block.
    """
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that refused a statement."""
    diagnostics = getattr(error.orig, "diag", None)
    return getattr(diagnostics, "constraint_name", None)
