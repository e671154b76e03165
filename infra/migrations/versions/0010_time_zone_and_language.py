"""accounts have a time zone and a language of their own

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Without a zone an account has the platform's.
STATEMENTS = (
    """
    ALTER TABLE users ADD COLUMN time_zone text, ADD COLUMN language text NOT NULL DEFAULT 'pl',
        ADD CONSTRAINT users_language_check CHECK (language IN ('pl', 'en'))
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE users DROP COLUMN time_zone, DROP COLUMN language")
