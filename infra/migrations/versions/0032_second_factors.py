"""accounts have second factors, and sessions record whether one was given

Revision ID: 0032
Revises: 0031
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE users ADD COLUMN second_factor_at timestamptz")
    op.execute("ALTER TABLE sign_in_sessions ADD COLUMN second_factor_checked_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE sign_in_sessions DROP COLUMN second_factor_checked_at")
    op.execute("ALTER TABLE users DROP COLUMN second_factor_at")
