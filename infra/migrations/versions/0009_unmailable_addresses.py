"""unconfirm accounts whose address a mail header decodes to somebody else's; find unconfirmed accounts by age

What such accounts wrote and booked stays. They can no longer sign in, and those that wrote and booked nothing are
deleted when the next mails are sent.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE INDEX users_unconfirmed_idx ON users (created_at) WHERE confirmed_at IS NULL",
    "CREATE TEMP TABLE unmailable ON COMMIT DROP AS SELECT id FROM users WHERE strpos(email, '=?') > 0",
    "UPDATE users SET confirmed_at = NULL, is_staff = false WHERE id IN (SELECT id FROM unmailable)",
    "DELETE FROM sign_in_sessions WHERE user_id IN (SELECT id FROM unmailable)",
    "DELETE FROM calendar_feeds WHERE user_id IN (SELECT id FROM unmailable)",
    "DELETE FROM email_tokens WHERE user_id IN (SELECT id FROM unmailable)",
    "DROP TABLE unmailable",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX users_unconfirmed_idx")
