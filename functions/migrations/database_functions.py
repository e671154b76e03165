"""Database functions: each is in infra/sql/<name>.sql, as created by its newest migration.

To change one, edit the file and add a migration that creates it again; copy the file's old text into the migration that
created it before.
"""

from pathlib import Path

from alembic import op

FOLDER = Path(__file__).parents[2] / "infra" / "sql"


def create_function(name: str) -> None:
    """Create or replace a function of the database, within a migration."""
    op.execute((FOLDER / f"{name}.sql").read_text())
