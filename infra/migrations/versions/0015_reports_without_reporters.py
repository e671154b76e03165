"""reports of reviews stay, without a name, when their reporter's account is deleted

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE review_reports ALTER COLUMN reporter_id DROP NOT NULL",
    "ALTER TABLE review_reports DROP CONSTRAINT review_reports_reporter_id_fkey",
    """
    ALTER TABLE review_reports ADD CONSTRAINT review_reports_reporter_id_fkey
        FOREIGN KEY (reporter_id) REFERENCES users (id) ON DELETE SET NULL
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DELETE FROM review_reports WHERE reporter_id IS NULL")
    op.execute("ALTER TABLE review_reports ALTER COLUMN reporter_id SET NOT NULL")
    op.execute("ALTER TABLE review_reports DROP CONSTRAINT review_reports_reporter_id_fkey")
    op.execute("""
    ALTER TABLE review_reports ADD CONSTRAINT review_reports_reporter_id_fkey
        FOREIGN KEY (reporter_id) REFERENCES users (id) ON DELETE CASCADE
    """)
