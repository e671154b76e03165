"""authenticator apps, recovery codes, and sign-in tickets

Revision ID: 0036
Revises: 0035
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE second_factors (
    user_id uuid CONSTRAINT second_factors_pkey PRIMARY KEY
        CONSTRAINT second_factors_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    totp_seed bytea,
    totp_added_at timestamptz,
    totp_step bigint NOT NULL DEFAULT 0,
    new_totp_seed bytea,
    new_totp_expires_at timestamptz,
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    CONSTRAINT second_factors_totp_check CHECK ((totp_seed IS NULL) = (totp_added_at IS NULL))
)""",
    """CREATE TABLE recovery_codes (
    user_id uuid NOT NULL
        CONSTRAINT recovery_codes_user_id_fkey REFERENCES second_factors (user_id) ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash)
)""",
    """CREATE TABLE second_factor_tickets (
    ticket_hash bytea CONSTRAINT second_factor_tickets_pkey PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT second_factor_tickets_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    purpose text NOT NULL,
    identity_id bigint
        CONSTRAINT second_factor_tickets_identity_id_fkey REFERENCES identities (id) ON DELETE CASCADE,
    link_hash bytea,
    attempts integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    CONSTRAINT second_factor_tickets_purpose_check CHECK (purpose IN ('sign_in', 'enrol'))
)""",
    "CREATE INDEX second_factor_tickets_user_id_idx ON second_factor_tickets (user_id)",
    "CREATE INDEX second_factor_tickets_identity_id_idx ON second_factor_tickets (identity_id)",
    "CREATE INDEX second_factor_tickets_expires_at_idx ON second_factor_tickets (expires_at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("second_factor_tickets", "recovery_codes", "second_factors"):
        op.execute(f"DROP TABLE {table}")
