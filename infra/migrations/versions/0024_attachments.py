"""attachments of messages

Revision ID: 0024
Revises: 0023
"""

from alembic import op

from functions.migrations.database_functions import create_function

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE attachments (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        conversation_id uuid,
        created_by uuid,
        name text NOT NULL,
        content_type text,
        size integer NOT NULL,
        width integer,
        height integer,
        has_thumbnail boolean NOT NULL DEFAULT false,
        file_key text,
        created_at timestamp with time zone NOT NULL DEFAULT now(),
        completed_at timestamp with time zone,
        message_id uuid,
        place integer,
        removed_at timestamp with time zone,
        CONSTRAINT attachments_pkey PRIMARY KEY (id),
        CONSTRAINT attachments_conversation_id_fkey FOREIGN KEY (conversation_id)
            REFERENCES conversations (id) ON DELETE SET NULL,
        CONSTRAINT attachments_created_by_fkey FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
        CONSTRAINT attachments_complete_check CHECK (
            completed_at IS NULL OR (content_type IS NOT NULL AND file_key IS NOT NULL)
        ),
        CONSTRAINT attachments_bound_check CHECK (
            message_id IS NULL OR (completed_at IS NOT NULL AND place IS NOT NULL)
        )
    )""",
    "CREATE INDEX attachments_conversation_id_idx ON attachments (conversation_id)",
    "CREATE INDEX attachments_created_by_idx ON attachments (created_by)",
    "CREATE INDEX attachments_message_idx ON attachments (message_id) WHERE message_id IS NOT NULL",
    """CREATE INDEX attachments_unused_idx ON attachments (created_at)
    WHERE message_id IS NULL OR removed_at IS NOT NULL OR conversation_id IS NULL OR created_by IS NULL""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    create_function("bind_attachments")


def downgrade() -> None:
    op.execute("DROP FUNCTION bind_attachments")
    op.execute("DROP TABLE attachments")
