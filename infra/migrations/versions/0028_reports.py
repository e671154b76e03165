"""people report messages and each other to staff

Revision ID: 0028
Revises: 0027
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE reports (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT reports_pkey PRIMARY KEY,
        kind text NOT NULL,
        reporter_id uuid CONSTRAINT reports_reporter_id_fkey REFERENCES users (id) ON DELETE SET NULL,
        person_id uuid NOT NULL CONSTRAINT reports_person_id_fkey REFERENCES users (id) ON DELETE CASCADE,
        conversation_id uuid,
        seq bigint,
        reason text NOT NULL,
        messages jsonb NOT NULL DEFAULT '[]',
        created_at timestamptz NOT NULL DEFAULT now(),
        decided_at timestamptz,
        decided_by uuid CONSTRAINT reports_decided_by_fkey REFERENCES users (id) ON DELETE SET NULL,
        decision text,
        note text NOT NULL DEFAULT '',
        CONSTRAINT reports_kind_check
            CHECK ((kind = 'message') = (seq IS NOT NULL) AND kind IN ('message', 'person')),
        CONSTRAINT reports_decision_check CHECK (decision IN ('dismiss', 'hide_message', 'suspend'))
    )
    """,
    """
    CREATE UNIQUE INDEX reports_open_key ON reports (reporter_id, person_id, coalesce(seq, 0))
    WHERE decided_at IS NULL
    """,
    "CREATE INDEX reports_person_idx ON reports (person_id)",
    "CREATE INDEX reports_decided_by_idx ON reports (decided_by) WHERE decided_by IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE reports")
