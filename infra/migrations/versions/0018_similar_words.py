"""names with one typing mistake are recognized in one call per name

Revision ID: 0018
Revises: 0017
"""

from alembic import op

from functions.migrations.database_functions import create_function

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_function("has_similar_word")


def downgrade() -> None:
    op.execute("DROP FUNCTION has_similar_word")
