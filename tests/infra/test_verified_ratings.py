"""The migration that finds which ratings are verified, and counts them."""

import psycopg

from tests.infra.test_migrations import address, migrate, rows

__all__ = ["address"]
ADD_PEOPLE = """
INSERT INTO users (email, password_hash, confirmed_at, is_tutor) VALUES
    ('a@prz.edu.pl', '!', now(), true), ('had@example.com', '!', now(), false), ('not@example.com', '!', now(), false),
    ('hidden@example.com', '!', now(), false)
"""
ADD_TUTOR = """
INSERT INTO tutors (user_id, price, skills, online_sessions, group_sessions)
SELECT id, 50, '{Fizyka}', true, true FROM users WHERE is_tutor
"""
ADD_RATINGS = """
INSERT INTO ratings (tutor_id, student_id, rating, review, hidden_at)
SELECT t.id, u.id, CASE WHEN u.email LIKE 'had%' THEN 5 ELSE 1 END, 'x', CASE WHEN u.email LIKE 'hid%' THEN now() END
FROM tutors t, users u WHERE NOT u.is_tutor
"""
ADD_SESSION = """
WITH session AS (
    INSERT INTO tutoring_sessions (tutor_id, starts_at, ends_at, busy_from, busy_until, kind, form, seats)
    SELECT id, '2026-01-01 10:00Z', '2026-01-01 11:00Z', '2026-01-01 10:00Z', '2026-01-01 11:00Z', 'group', 'online', 3
    FROM tutors RETURNING *
)
INSERT INTO bookings (session_id, seats, seat, student_id, state, starts_at, ends_at, price, currency)
SELECT s.id, 3, row_number() OVER (), u.id, CASE WHEN u.email LIKE 'not%' THEN 'no_show' ELSE 'completed' END,
    s.starts_at, s.ends_at, 50, 'PLN'
FROM session s, users u WHERE NOT u.is_tutor
"""


def test_ratings_after_a_session_that_took_place_are_verified(address: str) -> None:
    migrate(address, "0015")
    with psycopg.connect(address) as db:
        for statement in (ADD_PEOPLE, ADD_TUTOR, ADD_RATINGS, ADD_SESSION):
            db.execute(statement)
    verified = "SELECT u.email FROM ratings r JOIN users u ON u.id = r.student_id WHERE verified ORDER BY 1"
    counted = "SELECT rating_count, rating_sum, verified_count, verified_sum, rank FROM tutors"
    for revision in ("0016", "-0015", "0016"):
        migrate(address, revision)
        if revision == "0016":
            assert rows(address, verified) == [("had@example.com",), ("hidden@example.com",)]
            assert rows(address, counted) == [(2, 6, 1, 5, 22.5 / 6)]
    migrate(address, "-0015")
    assert rows(address, "SELECT rating_count, rating_sum, rank FROM tutors") == [(2, 6, 23.5 / 7)]
