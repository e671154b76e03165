"""The migrations function, run by a deploy before the new code takes traffic."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config

SCRIPTS = Path(__file__).parents[2] / "infra" / "migrations"


def handler(_event: object, _context: object) -> dict[str, Any]:
    """Upgrade to the newest revision. Raises what the database refuses; each migration is one transaction."""
    upgrade()
    return {"upgraded": True}


def upgrade() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    command.upgrade(config, "head")
