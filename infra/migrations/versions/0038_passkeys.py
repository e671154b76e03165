"""passkeys, and the challenges that they sign

Revision ID: 0038
Revises: 0037
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE passkeys (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT passkeys_pkey PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT passkeys_user_id_fkey REFERENCES second_factors (user_id) ON DELETE CASCADE,
    credential_id bytea NOT NULL CONSTRAINT passkeys_credential_id_key UNIQUE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    transports text[] NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz
)""",
    "CREATE INDEX passkeys_user_id_idx ON passkeys (user_id)",
    """CREATE TABLE passkey_challenges (
    challenge bytea CONSTRAINT passkey_challenges_pkey PRIMARY KEY,
    user_id uuid CONSTRAINT passkey_challenges_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    purpose text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT passkey_challenges_purpose_check CHECK (purpose IN ('add', 'change', 'second_factor', 'sign_in'))
)""",
    "CREATE INDEX passkey_challenges_user_id_idx ON passkey_challenges (user_id)",
    "CREATE INDEX passkey_challenges_expires_at_idx ON passkey_challenges (expires_at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("passkey_challenges", "passkeys"):
        op.execute(f"DROP TABLE {table}")
