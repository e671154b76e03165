"""Alembic's entry: runs migrations on the connection it is handed, or on DATABASE_URL."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, text

from shared.kit.db.pool import PooledConnection
from shared.kit.settings import settings
from shared.models import Base

# A migration that cannot get its lock at once yields to running requests, and the function retries. It gives up before
# PostgreSQL checks for deadlocks (after a second of waiting), which could abort the request instead.
GIVE_WAY = "SET lock_timeout = '300ms'"
# It checks earlier itself, and is then the one that is aborted. Only this check cancels an autovacuum in the way;
# otherwise no migration of its table could get the lock while the vacuum runs, which can take an hour. The owner of the
# tables may lack the privilege to set it, and then gives way to autovacuum too.
CHECK_SOON = """
DO $$ BEGIN
    PERFORM set_config('deadlock_timeout', '100ms', false);
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END $$
"""
KEY = 7_270_411
TURN_SECONDS, ASK_AGAIN_SECONDS = 60.0, 0.2


class AnotherDeployRuns(Exception):
    """Another process has been migrating this database for too long to wait for it."""


@contextmanager
def own_turn(connection: Connection) -> Iterator[None]:
    """Lock out other migrations of this database during the block. Raises AnotherDeployRuns.

    Polls instead of waiting: a waiting statement would hold a snapshot, and a concurrent index build waits for old
    snapshots.
    """
    deadline = time.monotonic() + TURN_SECONDS
    while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY}).scalar():
        connection.commit()
        if time.monotonic() > deadline:
            raise AnotherDeployRuns
        time.sleep(ASK_AGAIN_SECONDS)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": KEY})
        connection.commit()


def run(connection: Connection) -> None:
    with own_turn(connection):
        connection.exec_driver_sql(GIVE_WAY)
        connection.exec_driver_sql(CHECK_SOON)
        connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    # Connects as the functions do, with the login of DATABASE_SECRET_ARN if there is one.
    engine = create_engine(
        "postgresql+psycopg://", poolclass=NullPool, creator=lambda: PooledConnection.connect(settings().database_url)
    )
    with engine.connect() as own:
        run(own)
