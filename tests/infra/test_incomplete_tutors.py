"""The migration that tells incomplete tutors what they lack."""

import psycopg

from tests.infra.test_migrations import address, migrate, rows

__all__ = ["address"]
ADD_USERS = """
INSERT INTO users (email, password_hash, confirmed_at, is_tutor) VALUES
    ('bare@prz.edu.pl', '!', now(), true), ('complete@prz.edu.pl', '!', now(), true),
    ('unconfirmed@prz.edu.pl', '!', NULL, true), ('student@example.com', '!', now(), false)
"""
ADD_TUTORS = """
INSERT INTO tutors (user_id, price, skills, online_sessions, group_sessions)
SELECT id, 50, CASE WHEN email LIKE 'complete%' THEN '{Fizyka}' ELSE '{}' END::text[], true, true
FROM users WHERE is_tutor
"""
MAILS = """
SELECT m.recipient, m.payload ->> 'tutor_id' = t.id::text FROM mail_outbox m JOIN users u ON u.email = m.recipient
JOIN tutors t ON t.user_id = u.id WHERE m.kind = 'tutor_incomplete'
"""
NOTIFIED = """
SELECT u.email, n.data FROM notifications n JOIN users u ON u.id = n.user_id WHERE n.kind = 'tutor_incomplete'
"""


def test_incomplete_tutors_are_notified_once(address: str) -> None:
    migrate(address, "0011")
    with psycopg.connect(address) as db:
        db.execute(ADD_USERS)
        db.execute(ADD_TUTORS)
    for revision in ("0012", "-0011", "0012"):
        migrate(address, revision)
    assert rows(address, "SELECT is_complete FROM tutors ORDER BY id") == [(False,), (True,), (False,)]
    assert rows(address, MAILS) == [("bare@prz.edu.pl", True)]
    assert rows(address, NOTIFIED) == [("bare@prz.edu.pl", {})]
