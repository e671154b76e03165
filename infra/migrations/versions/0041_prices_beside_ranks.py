"""indexes of ranks and of ratings hold prices, so that tutors outside of a price range are passed by unread

Revision ID: 0041
Revises: 0040
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

COLUMNS = ("rank", "avg_rating")


def upgrade() -> None:
    for column in COLUMNS:
        replace(column, f"{column}, id, price")


def downgrade() -> None:
    for column in COLUMNS:
        replace(column, f"{column}, id")


def replace(column: str, columns: str) -> None:
    """The old index serves until the new one exists."""
    op.execute(f"CREATE INDEX tutors_{column}_new_idx ON tutors ({columns}) WHERE listed")
    op.execute(f"DROP INDEX tutors_{column}_idx")
    op.execute(f"ALTER INDEX tutors_{column}_new_idx RENAME TO tutors_{column}_idx")
