"""people block each other, mute and archive conversations; conversations record who alone has written

Revision ID: 0020
Revises: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE conversations ADD COLUMN is_blocked boolean NOT NULL DEFAULT false, ADD COLUMN only_author uuid",
    """
    ALTER TABLE conversation_members ADD COLUMN is_muted boolean NOT NULL DEFAULT false,
        ADD COLUMN archived_seq bigint
    """,
    """
    CREATE TABLE blocks (
        blocker_id uuid NOT NULL CONSTRAINT blocks_blocker_id_fkey REFERENCES users (id) ON DELETE CASCADE,
        blocked_id uuid NOT NULL CONSTRAINT blocks_blocked_id_fkey REFERENCES users (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT blocks_pkey PRIMARY KEY (blocker_id, blocked_id),
        CONSTRAINT blocks_others_check CHECK (blocker_id <> blocked_id)
    )
    """,
    "CREATE INDEX blocks_blocked_id_idx ON blocks (blocked_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE blocks")
    op.execute("ALTER TABLE conversation_members DROP COLUMN is_muted, DROP COLUMN archived_seq")
    op.execute("ALTER TABLE conversations DROP COLUMN is_blocked, DROP COLUMN only_author")
