"""accounts record since when mails to their address have bounced

Revision ID: 0029
Revises: 0028
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE users ADD COLUMN mail_bounced_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE users DROP COLUMN mail_bounced_at")
