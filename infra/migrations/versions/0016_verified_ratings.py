"""only verified reviews count for the ranking of tutors

Revision ID: 0016
Revises: 0015
"""

from alembic import op

from functions.migrations.database_functions import create_function

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MISSING = """
missing_settings(price, is_free, skills, online_sessions, in_person_sessions, individual_sessions, group_sessions)
"""
CHANGE_TUTORS = """
ALTER TABLE tutors DROP COLUMN rank, {change},
    ADD COLUMN rank double precision NOT NULL GENERATED ALWAYS AS (
        (17.5 + {sum}) / (5 + {count}) / CASE WHEN {missing} = '{{}}' THEN 1 ELSE 10 END
    ) STORED
"""
RANK_INDEX = "CREATE INDEX tutors_rank_idx ON tutors (rank, id) WHERE listed"
TRIGGERS = """
CREATE TRIGGER bookings_verify_added AFTER INSERT ON bookings FOR EACH ROW
    WHEN (NEW.state = 'completed') EXECUTE FUNCTION verify_rating();
CREATE TRIGGER bookings_verify AFTER UPDATE OF state ON bookings FOR EACH ROW
    WHEN ((OLD.state = 'completed') <> (NEW.state = 'completed')) EXECUTE FUNCTION verify_rating();
"""
VERIFY = "UPDATE ratings SET verified = true WHERE had_session(tutor_id, student_id)"
# The previous definitions.
COUNT_RATINGS = """
CREATE OR REPLACE FUNCTION count_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM added) ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count + change.number, rating_sum = rating_sum + change.points
        FROM (
            SELECT tutor_id, count(*) AS number, sum(rating) AS points FROM added WHERE hidden_at IS NULL
            GROUP BY tutor_id
        ) AS change
        WHERE id = change.tutor_id;
    ELSE
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM removed) ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count - change.number, rating_sum = rating_sum - change.points
        FROM (
            SELECT tutor_id, count(*) AS number, sum(rating) AS points FROM removed WHERE hidden_at IS NULL
            GROUP BY tutor_id
        ) AS change
        WHERE id = change.tutor_id;
    END IF;
    RETURN NULL;
END $$
"""
RECOUNT_RATINGS = """
CREATE OR REPLACE FUNCTION recount_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changes json := (
    SELECT json_agg(change) FROM (
        SELECT tutor_id, sum(number) AS number, sum(points) AS points FROM (
            SELECT tutor_id, 1 AS number, rating AS points FROM added WHERE hidden_at IS NULL
            UNION ALL SELECT tutor_id, -1, -rating FROM removed WHERE hidden_at IS NULL
        ) counted GROUP BY tutor_id HAVING sum(number) <> 0 OR sum(points) <> 0
    ) change
);
BEGIN
    IF changes IS NOT NULL THEN
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM json_to_recordset(changes) AS c (tutor_id int))
        ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count + c.number, rating_sum = rating_sum + c.points
        FROM json_to_recordset(changes) AS c (tutor_id int, number int, points int) WHERE id = c.tutor_id;
    END IF;
    RETURN NULL;
END $$
"""


def change_tutors(change: str, *, total: str, count: str) -> str:
    return CHANGE_TUTORS.format(change=change, sum=total, count=count, missing=MISSING)


def upgrade() -> None:
    op.execute("ALTER TABLE ratings ADD COLUMN verified boolean NOT NULL DEFAULT false")
    added = "ADD COLUMN verified_count int NOT NULL DEFAULT 0, ADD COLUMN verified_sum int NOT NULL DEFAULT 0"
    op.execute(change_tutors(added, total="verified_sum", count="verified_count"))
    op.execute(RANK_INDEX)
    for name in ("had_session", "verify_rating", "count_ratings", "recount_ratings"):
        create_function(name)
    op.execute(TRIGGERS)
    # The trigger counts.
    op.execute(VERIFY)


def downgrade() -> None:
    op.execute("DROP FUNCTION verify_rating() CASCADE")
    op.execute(COUNT_RATINGS)
    op.execute(RECOUNT_RATINGS)
    op.execute("DROP FUNCTION had_session")
    op.execute("ALTER TABLE ratings DROP COLUMN verified")
    removed = "DROP COLUMN verified_count, DROP COLUMN verified_sum"
    op.execute(change_tutors(removed, total="rating_sum", count="rating_count"))
    op.execute(RANK_INDEX)
