"""browsers subscribe to push messages

Revision ID: 0031
Revises: 0030
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE push_subscriptions (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT push_subscriptions_pkey PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT push_subscriptions_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    session_id uuid NOT NULL
        CONSTRAINT push_subscriptions_session_id_fkey REFERENCES sign_in_sessions (id) ON DELETE CASCADE,
    endpoint text NOT NULL CONSTRAINT push_subscriptions_endpoint_key UNIQUE,
    p256dh bytea NOT NULL,
    auth bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
)""",
    "CREATE INDEX push_subscriptions_user_id_idx ON push_subscriptions (user_id)",
    "CREATE INDEX push_subscriptions_session_id_idx ON push_subscriptions (session_id)",
    """CREATE TABLE push_outbox (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT push_outbox_pkey PRIMARY KEY,
    subscription_id bigint NOT NULL
        CONSTRAINT push_outbox_subscription_id_fkey REFERENCES push_subscriptions (id) ON DELETE CASCADE,
    notification_id bigint,
    conversation_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT '0'
)""",
    "CREATE INDEX push_outbox_subscription_id_idx ON push_outbox (subscription_id)",
    "CREATE INDEX push_outbox_due_at_idx ON push_outbox (due_at)",
    "ALTER TABLE conversation_members ADD COLUMN pushed_seq bigint NOT NULL DEFAULT '0'",
    # Earlier messages count as pushed.
    "UPDATE conversation_members SET pushed_seq = read_seq WHERE read_seq > 0",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE conversation_members DROP COLUMN pushed_seq")
    op.execute("DROP TABLE push_outbox")
    op.execute("DROP TABLE push_subscriptions")
