"""indexes of ranks and ratings include prices, so that tutors outside a price range are skipped unread

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
    replace("price")


def downgrade() -> None:
    replace("")


def replace(included: str) -> None:
    """The old indexes serve until the new ones exist.

    Built concurrently: an index built in the transaction of the migration would lock out writers, and dropping
    the old one after it would raise that lock, which is a deadlock with a request that reads a tutor and then writes.
    """
    with op.get_context().autocommit_block():
        for column in COLUMNS:
            # An earlier attempt may have left an invalid one.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS tutors_{column}_new_idx")
            columns = ", ".join(filter(None, (column, "id", included)))
            op.execute(f"CREATE INDEX CONCURRENTLY tutors_{column}_new_idx ON tutors ({columns}) WHERE listed")
    for column in COLUMNS:
        op.execute(f"DROP INDEX tutors_{column}_idx")
        op.execute(f"ALTER INDEX tutors_{column}_new_idx RENAME TO tutors_{column}_idx")
