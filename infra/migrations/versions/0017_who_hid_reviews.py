"""hidden reviews record who hid them, and are listed

Revision ID: 0017
Revises: 0016
"""

from alembic import op

from functions.migrations.database_functions import create_function

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATEMENTS = (
    """ALTER TABLE ratings ADD COLUMN hidden_by uuid
    CONSTRAINT ratings_hidden_by_fkey REFERENCES users (id) ON DELETE SET NULL""",
    "CREATE INDEX ratings_hidden_by_idx ON ratings (hidden_by) WHERE hidden_by IS NOT NULL",
    "CREATE INDEX ratings_hidden_idx ON ratings (hidden_at, id) WHERE hidden_at IS NOT NULL",
)
# The previous definition.
LOCK_RATED_TUTORS = """
CREATE OR REPLACE FUNCTION lock_rated_tutors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tutors WHERE id IN (
        SELECT id FROM tutors WHERE user_id = OLD.id UNION SELECT tutor_id FROM ratings WHERE student_id = OLD.id
    ) ORDER BY id FOR UPDATE;
    RETURN OLD;
END $$
"""


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    create_function("lock_rated_tutors")


def downgrade() -> None:
    op.execute(LOCK_RATED_TUTORS)
    op.execute("DROP INDEX ratings_hidden_idx")
    op.execute("ALTER TABLE ratings DROP COLUMN hidden_by")
