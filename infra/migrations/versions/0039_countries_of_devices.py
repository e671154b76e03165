"""the country that a device signed in from

Revision ID: 0039
Revises: 0038
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE sign_in_sessions ADD COLUMN country text")


def downgrade() -> None:
    op.execute("ALTER TABLE sign_in_sessions DROP COLUMN country")
