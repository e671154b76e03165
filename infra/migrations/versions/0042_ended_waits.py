"""students are notified once of how their wait for a seat ended

Revision ID: 0042
Revises: 0041
"""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE waitlist_entries ADD COLUMN dispatched_at timestamptz",
    # Nobody is notified of waits that ended before this release.
    "UPDATE waitlist_entries SET dispatched_at = now() WHERE state IN ('closed', 'missed')",
    """
    CREATE INDEX waitlist_entries_undispatched_idx ON waitlist_entries (id)
    WHERE state IN ('closed', 'missed') AND booking_id IS NULL AND dispatched_at IS NULL
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE waitlist_entries DROP COLUMN dispatched_at")
