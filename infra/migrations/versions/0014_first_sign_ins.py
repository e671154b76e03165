"""accounts record their first sign-in: their owners get a mail about later sign-ins from new devices

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Confirmed accounts have most likely signed in as well.
STATEMENTS = (
    "ALTER TABLE users ADD COLUMN signed_in_at timestamptz",
    "UPDATE users SET signed_in_at = confirmed_at WHERE confirmed_at IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE users DROP COLUMN signed_in_at")
