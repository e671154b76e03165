"""Bringing the database to the newest revision this release knows."""

import json
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy.exc import OperationalError

from functions.migrations import repository
from shared.kit.aws.secrets_manager import get_secret
from shared.kit.db.transactions import transaction
from shared.kit.observability.log import logger
from shared.kit.psycopg import DeadlockDetected, LockNotAvailable
from shared.kit.settings import settings

SCRIPTS = Path(__file__).parents[2] / "infra" / "migrations"
# A migration limits how long it waits for locks that requests hold, and is then retried. It is also retried after a
# deadlock, which happens if the machine is too busy to end the wait in time.
TRIES = 20
PAUSE = 3.0


def upgrade() -> None:
    """Upgrade, each migration in one transaction. Raises alembic's CommandError or database errors."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    command.upgrade(config, "head")


def upgrade_unless_newer() -> bool:
    """Upgrade; False if the database is of a newer release: a rollback reverts the code, not the database.

    Raises as `upgrade` does.
    """
    try:
        upgrade()
    except CommandError as error:
        if not isinstance(error.__cause__, ResolutionError):
            raise
        logger().warning("the database is of a newer release", extra={"error": str(error)})
        return False
    return True


def deploy() -> bool:
    """As `upgrade_beside_traffic`; then update the role that the functions of this release connect with."""
    upgraded = upgrade_beside_traffic()
    if upgraded:
        let_functions_in()
    return upgraded


def let_functions_in() -> None:
    """Create or update the role of FUNCTIONS_SECRET_ARN, if set.

    Raises shared.kit.errors.Unavailable or database errors.
    """
    if arn := settings().functions_secret_arn:
        login = json.loads(get_secret(arn).text)
        with transaction() as db:
            repository.let_in(db, login["username"], login["password"])


def upgrade_beside_traffic() -> bool:
    """As `upgrade_unless_newer`, while requests are served: retry if a migration cannot get its locks in time."""
    for tries_left in reversed(range(TRIES)):
        try:
            return upgrade_unless_newer()
        except OperationalError as error:
            if not tries_left or not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                raise
            logger().warning("migration got no lock", extra={"error": str(error.orig)})
            time.sleep(PAUSE)
    raise AssertionError("the last try returns or raises")
