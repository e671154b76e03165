"""The functions of the database: each stands in infra/sql/<name>.sql, as its newest migration makes it.

A change is the file and a new migration that creates it again; the migration that created it before gets the text the
file had until then.
"""

from pathlib import Path

from alembic import op

FOLDER = Path(__file__).parents[2] / "infra" / "sql"


def create_function(name: str) -> None:
    """Create or replace a function of the database, within a migration."""
    op.execute((FOLDER / f"{name}.sql").read_text())
