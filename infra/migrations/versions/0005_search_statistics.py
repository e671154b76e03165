"""how many tutors have a rare skill or a place typed with diacritics, for the planner of searches

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # By default the rarest skills are left out, and taken for ones that one tutor in two hundred has.
    op.execute("ALTER TABLE tutors ALTER COLUMN skills SET STATISTICS 1000")
    # Any condition on an expression without statistics is taken for one that few rows meet.
    op.execute("CREATE STATISTICS tutors_location_lower ON (lower(' ' || location)) FROM tutors")
    op.execute("ANALYZE tutors")


def downgrade() -> None:
    op.execute("DROP STATISTICS tutors_location_lower")
    op.execute("ALTER TABLE tutors ALTER COLUMN skills SET STATISTICS -1")
