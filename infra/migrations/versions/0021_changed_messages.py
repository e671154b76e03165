"""messages are edited, deleted, hidden for oneself, answered and reacted to; presence can be switched off

Revision ID: 0021
Revises: 0020
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE conversations ADD COLUMN change_seq bigint NOT NULL DEFAULT '0'",
    """ALTER TABLE messages
    ADD COLUMN reply_to bigint,
    ADD COLUMN edited_at timestamptz,
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN change_seq bigint""",
    "CREATE INDEX messages_changes_idx ON messages (conversation_id, change_seq) WHERE change_seq IS NOT NULL",
    """CREATE TABLE message_reactions (
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    user_id uuid NOT NULL,
    emojis text[] NOT NULL,
    CONSTRAINT message_reactions_pkey PRIMARY KEY (conversation_id, seq, user_id),
    CONSTRAINT message_reactions_count_check CHECK (cardinality(emojis) <= 5),
    CONSTRAINT message_reactions_conversation_id_user_id_fkey FOREIGN KEY (conversation_id, user_id)
        REFERENCES conversation_members (conversation_id, user_id) ON DELETE CASCADE
)""",
    "CREATE INDEX message_reactions_user_idx ON message_reactions (user_id, conversation_id)",
    """CREATE TABLE hidden_messages (
    user_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    change_seq bigint NOT NULL,
    CONSTRAINT hidden_messages_pkey PRIMARY KEY (user_id, conversation_id, seq),
    CONSTRAINT hidden_messages_conversation_id_user_id_fkey FOREIGN KEY (conversation_id, user_id)
        REFERENCES conversation_members (conversation_id, user_id) ON DELETE CASCADE
)""",
    "ALTER TABLE users ADD COLUMN shows_presence boolean NOT NULL DEFAULT true",
    "ALTER TABLE connections ADD COLUMN closing_told_at timestamptz",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE connections DROP COLUMN closing_told_at")
    op.execute("ALTER TABLE users DROP COLUMN shows_presence")
    op.execute("DROP TABLE hidden_messages")
    op.execute("DROP TABLE message_reactions")
    op.execute("DROP INDEX messages_changes_idx")
    op.execute(
        """ALTER TABLE messages DROP COLUMN reply_to, DROP COLUMN edited_at, DROP COLUMN deleted_at,
        DROP COLUMN change_seq"""
    )
    op.execute("ALTER TABLE conversations DROP COLUMN change_seq")
