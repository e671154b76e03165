"""staff find people by a part of their name or address

Revision ID: 0035
Revises: 0034
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    CREATE INDEX users_text_idx ON users
    USING gin (fold(first_name || ' ' || last_name || ' ' || email) gin_trgm_ops)
    """)


def downgrade() -> None:
    op.execute("DROP INDEX users_text_idx")
