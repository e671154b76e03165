"""The migration that gives upcoming bookings the notice of their tutor's terms."""

import psycopg

from tests.infra.test_migrations import address, migrate, rows

__all__ = ["address"]
ADD_TUTOR = (
    "INSERT INTO users (email, password_hash, is_tutor) VALUES ('a@prz.edu.pl', '!', true)",
    "INSERT INTO tutors (user_id, price) SELECT id, 50 FROM users",
    "UPDATE booking_terms SET cancellation_notice = 30",
)
# Sessions two hours apart, with bookings of one state; students whose accounts were deleted are in nobody's way.
ADD_BOOKINGS = """
WITH sessions AS (
    INSERT INTO tutoring_sessions (tutor_id, starts_at, ends_at, busy_from, busy_until, kind, form, taken)
    SELECT CASE WHEN %(has_tutor)s THEN tutors.id END, at, at + interval '1 hour', at, at + interval '1 hour',
        'individual', 'online', false
    FROM tutors, generate_series(1, %(number)s) AS n, LATERAL (SELECT now() + %(ahead)s * n * interval '2 hours') t (at)
    RETURNING *
)
INSERT INTO bookings (session_id, seats, seat, state, awaiting, expires_at, starts_at, ends_at, price, currency)
SELECT id, 1, 1, %(state)s, CASE WHEN %(state)s = 'pending' THEN 'tutor' END,
    CASE WHEN %(state)s = 'pending' THEN starts_at END, starts_at, ends_at, 50, 'PLN'
FROM sessions
"""
CASES = (
    {"state": "confirmed", "number": 2100, "ahead": 1, "has_tutor": True},
    {"state": "pending", "number": 3, "ahead": 1, "has_tutor": True},
    {"state": "cancelled", "number": 1, "ahead": 1, "has_tutor": True},
    {"state": "completed", "number": 1, "ahead": -1, "has_tutor": True},
    {"state": "confirmed", "number": 1, "ahead": 1, "has_tutor": False},
)
FOUND = "SELECT state, cancellation_notice, count(*) FROM bookings GROUP BY 1, 2 ORDER BY 1, 2"


def test_upcoming_bookings_get_the_current_notice(address: str) -> None:
    migrate(address, "0042")
    with psycopg.connect(address) as db:
        for statement in ADD_TUTOR:
            db.execute(statement)
        for case in CASES:
            db.execute(ADD_BOOKINGS, case)
    filled = [
        ("cancelled", None, 1),
        ("completed", None, 1),
        ("confirmed", 30, 2100),
        ("confirmed", None, 1),
        ("pending", 30, 3),
    ]
    migrate(address, "0043")
    assert rows(address, FOUND) == filled
    migrate(address, "-0042")
    # An attempt that stopped in the middle: the tutor has changed the terms since.
    with psycopg.connect(address) as db:
        db.execute("ALTER TABLE bookings ADD COLUMN cancellation_notice smallint")
        db.execute(
            "UPDATE bookings SET cancellation_notice = 30 WHERE state IN ('confirmed', 'pending') AND id % 2 = 0"
        )
        db.execute("UPDATE booking_terms SET cancellation_notice = 40")
    migrate(address, "0043")
    found = rows(address, "SELECT id % 2, cancellation_notice, count(*) FROM bookings GROUP BY 1, 2 ORDER BY 1, 2")
    assert [row[:2] for row in found if row[1] is not None] == [(0, 30), (1, 40)]
