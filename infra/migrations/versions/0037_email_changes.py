"""accounts change their addresses

Revision ID: 0037
Revises: 0036
"""

from alembic import op

from functions.migrations.database_functions import create_function

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE email_changes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT email_changes_pkey PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT email_changes_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    session_id uuid NOT NULL,
    old_email text NOT NULL,
    new_email text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    revocable_until timestamptz,
    revoked_at timestamptz
)""",
    "CREATE UNIQUE INDEX email_changes_pending_key ON email_changes (user_id) WHERE confirmed_at IS NULL",
    "CREATE INDEX email_changes_user_id_idx ON email_changes (user_id)",
    "CREATE INDEX email_changes_old_email_idx ON email_changes (lower(old_email))",
    """ALTER TABLE email_tokens ADD COLUMN change_id bigint
    CONSTRAINT email_tokens_change_id_fkey REFERENCES email_changes (id) ON DELETE CASCADE""",
    "CREATE INDEX email_tokens_change_id_idx ON email_tokens (change_id)",
    """ALTER TABLE email_tokens DROP CONSTRAINT email_tokens_purpose_check,
    ADD CONSTRAINT email_tokens_purpose_check CHECK (purpose IN ('confirm', 'reset', 'change', 'revoke'))""",
)
TRIGGER = """
CREATE TRIGGER users_keep_revocable_address AFTER INSERT OR UPDATE OF email ON users
    FOR EACH ROW EXECUTE FUNCTION keep_revocable_address()
"""


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    create_function("keep_revocable_address")
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP FUNCTION keep_revocable_address() CASCADE")
    op.execute("DELETE FROM email_tokens WHERE change_id IS NOT NULL")
    op.execute("""ALTER TABLE email_tokens DROP COLUMN change_id, DROP CONSTRAINT email_tokens_purpose_check,
    ADD CONSTRAINT email_tokens_purpose_check CHECK (purpose IN ('confirm', 'reset'))""")
    op.execute("DROP TABLE email_changes")
