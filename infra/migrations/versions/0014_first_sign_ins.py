"""accounts know when somebody first signed in: later sign-ins of new devices are mailed to their owners

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Who was confirmed has most likely signed in as well.
STATEMENTS = (
    "ALTER TABLE users ADD COLUMN signed_in_at timestamptz",
    "UPDATE users SET signed_in_at = confirmed_at WHERE confirmed_at IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE users DROP COLUMN signed_in_at")
