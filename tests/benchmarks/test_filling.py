"""The rows loaded in bulk for the benchmarks are those that the triggers would have created."""

from typing import Any, LiteralString

from psycopg import Connection

from shared.kit.db.pool import connection
from tests.benchmarks.filling import fill_tables

TUTORS = 40
# The order in which facets are summed is not guaranteed.
FACETS = """
SELECT kind, value, sum(listed), sum(complete) FROM (
    SELECT kind, value, listed, complete FROM facet_counts UNION ALL
    SELECT kind, value, listed, complete FROM facet_changes
) counted GROUP BY kind, value HAVING sum(listed) <> 0 ORDER BY kind, value
"""
EVERYTHING: tuple[LiteralString, ...] = (
    "SELECT * FROM tutors ORDER BY id",
    "SELECT tutor_id, student_id, rating, verified FROM ratings ORDER BY tutor_id, student_id",
    "SELECT tutor_id, time_zone, booking_window, horizon FROM booking_terms ORDER BY tutor_id",
    FACETS,
)
BY_TRIGGERS = """
CREATE TEMP TABLE kept AS SELECT * FROM tutors;
CREATE TEMP TABLE kept_ratings AS SELECT * FROM ratings;
DELETE FROM tutors;
INSERT INTO tutors (id, user_id, description, price, location, online_sessions, in_person_sessions,
    individual_sessions, group_sessions, skills)
OVERRIDING SYSTEM VALUE
SELECT id, user_id, description, price, location, online_sessions, in_person_sessions, individual_sessions,
    group_sessions, skills FROM kept ORDER BY id;
INSERT INTO ratings (tutor_id, student_id, rating, review)
SELECT tutor_id, student_id, rating, review FROM kept_ratings;
UPDATE ratings r SET verified = true FROM kept_ratings k
WHERE (k.tutor_id, k.student_id) = (r.tutor_id, r.student_id) AND k.verified
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"


def test_loading_in_bulk_yields_the_same_rows_and_indexes_as_triggers(platform: None) -> None:
    with connection() as db, db.transaction(force_rollback=True):
        indexes = db.execute(INDEXES).fetchall()
        fill_tables(db, TUTORS)
        assert db.execute(INDEXES).fetchall() == indexes
        bulk = everything(db)
        db.execute(BY_TRIGGERS)
        assert everything(db) == bulk
        assert [len(rows) for rows in bulk[::2]] == [TUTORS, TUTORS]
        assert any(row[3] for row in bulk[1])


def everything(db: Connection[Any]) -> list[list[Any]]:
    return [db.execute(statement).fetchall() for statement in EVERYTHING]
