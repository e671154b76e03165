"""sessions count the successors of their refresh tokens

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    ALTER TABLE sign_in_sessions ADD COLUMN generation integer NOT NULL DEFAULT 0,
        ADD COLUMN rotations timestamptz[] NOT NULL DEFAULT '{}'
    """)


def downgrade() -> None:
    op.execute("ALTER TABLE sign_in_sessions DROP COLUMN generation, DROP COLUMN rotations")
