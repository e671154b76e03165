"""statistics on rare skills and on places typed with diacritics, for the query planner

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # By default the rarest skills are left out, and the planner assumes that one tutor in two hundred has them.
    op.execute("ALTER TABLE tutors ALTER COLUMN skills SET STATISTICS 1000")
    # The planner assumes that few rows meet a condition on an expression without statistics.
    op.execute("CREATE STATISTICS tutors_location_lower ON (lower(' ' || location)) FROM tutors")
    op.execute("ANALYZE tutors")


def downgrade() -> None:
    op.execute("DROP STATISTICS tutors_location_lower")
    op.execute("ALTER TABLE tutors ALTER COLUMN skills SET STATISTICS -1")
