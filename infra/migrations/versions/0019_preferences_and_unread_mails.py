"""people choose topics and channels of notifications, and get mails about unread messages

Revision ID: 0019
Revises: 0018
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE users ADD COLUMN silenced text[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE conversation_members ADD COLUMN IF NOT EXISTS read_seq bigint NOT NULL DEFAULT '0'",
    """ALTER TABLE conversation_members
    ADD COLUMN mailed_seq bigint NOT NULL DEFAULT '0',
    ADD COLUMN mailed_read_seq bigint NOT NULL DEFAULT '0',
    ADD COLUMN mailed_at timestamptz,
    ADD COLUMN mail_due_at timestamptz""",
    # Earlier messages count as read: there are no mails about them.
    """UPDATE conversation_members m SET read_seq = c.last_seq FROM conversations c
    WHERE c.id = m.conversation_id AND c.last_seq > 0""",
    """CREATE INDEX conversation_members_mail_due_idx ON conversation_members (mail_due_at)
    WHERE mail_due_at IS NOT NULL""",
    # Messages are stored in chronological order: an index of a few kilobytes finds the new ones.
    """CREATE INDEX messages_created_at_idx ON messages USING brin (created_at)
    WITH (pages_per_range = 32, autosummarize = on)""",
    "CREATE TABLE job_progress (job text CONSTRAINT job_progress_pkey PRIMARY KEY, done_until timestamptz NOT NULL)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE job_progress")
    op.execute("DROP INDEX messages_created_at_idx")
    op.execute("DROP INDEX conversation_members_mail_due_idx")
    op.execute(
        "ALTER TABLE conversation_members DROP COLUMN mail_due_at, DROP COLUMN mailed_at, DROP COLUMN mailed_read_seq,"
        " DROP COLUMN mailed_seq, DROP COLUMN read_seq"
    )
    op.execute("ALTER TABLE users DROP COLUMN silenced")
