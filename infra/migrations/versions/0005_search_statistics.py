"""how many tutors a place typed with diacritics matches, which search asks by an expression

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without them the planner takes any condition on an expression for one that few rows meet.
    op.execute("CREATE STATISTICS tutors_location_lower ON (lower(' ' || location)) FROM tutors")
    op.execute("ANALYZE tutors")


def downgrade() -> None:
    op.execute("DROP STATISTICS tutors_location_lower")
