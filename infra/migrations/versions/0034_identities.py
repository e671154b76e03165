"""people sign in with an OpenID provider

Revision ID: 0034
Revises: 0033
"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE identities (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT identities_pkey PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT identities_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    issuer text NOT NULL,
    subject text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    linked_at timestamptz,
    link_hash bytea,
    link_expires_at timestamptz,
    CONSTRAINT identities_issuer_subject_key UNIQUE (issuer, subject)
)""",
    "CREATE INDEX identities_user_id_idx ON identities (user_id)",
    "CREATE INDEX identities_link_expires_at_idx ON identities (link_expires_at) WHERE linked_at IS NULL",
    """CREATE TABLE sign_in_requests (
    state_hash bytea CONSTRAINT sign_in_requests_pkey PRIMARY KEY,
    binding_hash bytea NOT NULL,
    nonce text NOT NULL,
    code_verifier text NOT NULL,
    redirect_uri text NOT NULL,
    expires_at timestamptz NOT NULL
)""",
    "CREATE INDEX sign_in_requests_expires_at_idx ON sign_in_requests (expires_at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE sign_in_requests")
    op.execute("DROP TABLE identities")
