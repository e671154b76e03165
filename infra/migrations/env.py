"""Alembic's entry: runs migrations on the connection it is handed, or on DATABASE_URL."""

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine

from shared.kit.database import PooledConnection
from shared.kit.settings import settings
from shared.models import Base

# A migration that cannot get its lock at once gives way to the running requests; the function tries again.
LOCK_TIMEOUT = "SET lock_timeout = '3s'"


def run(connection: Connection) -> None:
    connection.exec_driver_sql(LOCK_TIMEOUT)
    connection.commit()
    context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    # As the functions connect, with the login of DATABASE_SECRET_ARN where there is one.
    engine = create_engine(
        "postgresql+psycopg://", poolclass=NullPool, creator=lambda: PooledConnection.connect(settings().database_url)
    )
    with engine.connect() as own:
        run(own)
