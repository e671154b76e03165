"""announcements by tutors, and issues that people report to staff

Revision ID: 0023
Revises: 0022
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE announcements (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT announcements_pkey PRIMARY KEY,
    tutor_id integer NOT NULL
        CONSTRAINT announcements_tutor_id_fkey REFERENCES tutors (id) ON DELETE CASCADE,
    title text NOT NULL,
    description text NOT NULL,
    tags text[] DEFAULT '{}' NOT NULL CONSTRAINT announcements_tags_check CHECK (cardinality(tags) <= 50),
    tags_folded text[] DEFAULT '{}' NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    edited_at timestamptz,
    hidden_at timestamptz,
    hidden_by uuid CONSTRAINT announcements_hidden_by_fkey REFERENCES users (id) ON DELETE SET NULL
)""",
    "CREATE INDEX announcements_tutor_idx ON announcements (tutor_id, id)",
    "CREATE INDEX announcements_tags_idx ON announcements USING gin (tags_folded) WHERE hidden_at IS NULL",
    "CREATE INDEX announcements_hidden_by_idx ON announcements (hidden_by) WHERE hidden_by IS NOT NULL",
    """CREATE TABLE issues (
    id uuid DEFAULT gen_random_uuid() CONSTRAINT issues_pkey PRIMARY KEY,
    reported_by uuid NOT NULL CONSTRAINT issues_reported_by_fkey REFERENCES users (id) ON DELETE CASCADE,
    category text NOT NULL
        CONSTRAINT issues_category_check CHECK (category IN ('violation', 'technical_issue', 'help_request')),
    title text NOT NULL,
    description text NOT NULL,
    status text DEFAULT 'new' NOT NULL
        CONSTRAINT issues_status_check CHECK (status IN ('new', 'in_progress', 'resolved', 'closed')),
    created_at timestamptz DEFAULT now() NOT NULL,
    updated_at timestamptz DEFAULT now() NOT NULL
)""",
    "CREATE INDEX issues_reporter_idx ON issues (reported_by, created_at)",
    "CREATE INDEX issues_open_idx ON issues (created_at) WHERE status IN ('new', 'in_progress')",
    """CREATE TABLE issue_answers (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT issue_answers_pkey PRIMARY KEY,
    issue_id uuid NOT NULL CONSTRAINT issue_answers_issue_id_fkey REFERENCES issues (id) ON DELETE CASCADE,
    responder_id uuid CONSTRAINT issue_answers_responder_id_fkey REFERENCES users (id) ON DELETE SET NULL,
    body text NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL
)""",
    "CREATE INDEX issue_answers_issue_idx ON issue_answers (issue_id, id)",
    "CREATE INDEX issue_answers_responder_id_idx ON issue_answers (responder_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("issue_answers", "issues", "announcements"):
        op.execute(f"DROP TABLE {table}")
