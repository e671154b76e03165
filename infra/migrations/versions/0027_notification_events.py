"""notify people of reviews, replies and hidden reviews, and staff of reports

Revision ID: 0027
Revises: 0026
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE notification_events (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT notification_events_pkey PRIMARY KEY,
    kind text NOT NULL,
    about text NOT NULL,
    subject bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    dispatched_at timestamptz
)""",
    "CREATE INDEX notification_events_about_idx ON notification_events (kind, about)",
    "CREATE INDEX notification_events_waiting_idx ON notification_events (id) WHERE dispatched_at IS NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE notification_events")
