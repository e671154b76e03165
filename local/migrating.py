"""Bringing the database up to date when a server or a command starts."""

from pathlib import Path

from local.options import CannotStart, Options
from shared.kit.db.pool import PooledConnection
from shared.kit.psycopg import psycopg
from shared.kit.settings import settings

VERSIONS = Path(__file__).parents[1] / "infra" / "migrations" / "versions"


def bring_up_to_date(options: Options) -> None:
    """Upgrade the configured database, unless it is of this release or a newer one. Raises CannotStart."""
    if _revision() == max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py")):
        return
    # They are a quarter of a start's imports, and mostly there is nothing to do.
    from alembic.util.exc import CommandError
    from sqlalchemy.exc import OperationalError

    from functions.migrations.service import upgrade_unless_newer

    try:
        upgrade_unless_newer()
    except (OperationalError, CommandError) as error:
        said = str(error.orig if isinstance(error, OperationalError) else error).splitlines()[0]
        which = "of DATABASE_URL " if options.database_url else ""
        raise CannotStart(f"The database {which}cannot be brought up to date: {said}") from None


def _revision() -> str | None:
    """The database's newest migration; None if it has none or does not answer."""
    try:
        with PooledConnection.connect(settings().database_url, autocommit=True) as db:
            return str(db.execute("SELECT version_num FROM alembic_version").fetchall()[0][0])
    except (psycopg.Error, IndexError):
        return None
