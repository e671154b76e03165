"""incomplete tutors come last in search, and are notified once

Revision ID: 0012
Revises: 0011
"""

from alembic import op

from functions.migrations.database_functions import create_function

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MISSING = """
missing_settings(price, is_free, skills, online_sessions, in_person_sessions, individual_sessions, group_sessions)
"""
RANK = "(17.5 + rating_sum) / (5 + rating_count)"
ADD_RANK = "ALTER TABLE tutors ADD COLUMN rank double precision NOT NULL GENERATED ALWAYS AS ({rank}) STORED"
RANK_INDEX = "CREATE INDEX tutors_rank_idx ON tutors (rank, id) WHERE listed"
ADD_COLUMNS = f"""
ALTER TABLE tutors DROP COLUMN rank, ADD COLUMN is_free boolean NOT NULL DEFAULT false,
    ADD COLUMN rank double precision NOT NULL GENERATED ALWAYS AS (
        {RANK} / CASE WHEN {MISSING} = '{{}}' THEN 1 ELSE 10 END
    ) STORED,
    ADD COLUMN is_complete boolean NOT NULL GENERATED ALWAYS AS ({MISSING} = '{{}}') STORED
"""
# The mail says what is missing when it is sent.
TELL = """
WITH incomplete AS (
    SELECT t.id, t.user_id, u.email FROM tutors t JOIN users u ON u.id = t.user_id
    WHERE t.listed AND u.confirmed_at IS NOT NULL AND NOT t.is_complete
        AND NOT EXISTS (SELECT FROM notifications n WHERE n.user_id = t.user_id AND n.kind = 'tutor_incomplete')
), notified AS (
    INSERT INTO notifications (user_id, kind, message)
    SELECT user_id, 'tutor_incomplete', 'Aby uczniowie mogli się u Ciebie zapisywać, podaj swoją cenę, przedmiot, '
        || 'formę zajęć (online lub stacjonarnie) i ich rodzaj (indywidualne lub grupowe).'
    FROM incomplete
)
INSERT INTO mail_outbox (kind, recipient, payload)
SELECT 'tutor_incomplete', email, jsonb_build_object('tutor_id', id) FROM incomplete
"""


def upgrade() -> None:
    create_function("missing_settings")
    op.execute(ADD_COLUMNS)
    op.execute(RANK_INDEX)
    op.execute(TELL)


def downgrade() -> None:
    op.execute("ALTER TABLE tutors DROP COLUMN is_complete, DROP COLUMN rank, DROP COLUMN is_free")
    op.execute(ADD_RANK.format(rank=RANK))
    op.execute(RANK_INDEX)
    op.execute("DROP FUNCTION missing_settings")
