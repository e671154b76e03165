"""The migration that finds accounts whose address is not the one that mails reach."""

import psycopg

from tests.infra.test_migrations import address, migrate, rows

__all__ = ["address"]
ADD_USERS = """
INSERT INTO users (email, password_hash, confirmed_at, is_tutor) VALUES
    ('=?utf-8?q?x=40evil.com=2C?=@prz.edu.pl', '!', now(), true), ('=?x?q?victim?=@example.com', '!', NULL, false),
    ('victim@example.com', '!', now(), false), ('ola=jan?x@example.com', '!', now(), false)
"""
ADD_SESSIONS = "INSERT INTO sign_in_sessions (user_id, expires_at) SELECT id, now() + interval '1 day' FROM users"
ADD_FEEDS = "INSERT INTO calendar_feeds (user_id, token_hash) SELECT id, sha256(email::bytea) FROM users"
ADD_TOKENS = "INSERT INTO email_tokens SELECT sha256(email::bytea), id, 'reset', now() + interval '1 day' FROM users"
HONEST = ["ola=jan?x@example.com", "victim@example.com"]


def emails(where: str, database: str) -> list[str]:
    return [email for (email,) in rows(database, f"SELECT email FROM {where} ORDER BY email")]


def test_unmailable_accounts_are_unconfirmed_and_signed_out_and_others_are_unchanged(address: str) -> None:
    migrate(address, "0008")
    with psycopg.connect(address) as db:
        db.execute(ADD_USERS)
        db.execute("INSERT INTO tutors (user_id) SELECT id FROM users WHERE is_tutor")
        for statement in (ADD_SESSIONS, ADD_FEEDS, ADD_TOKENS):
            db.execute(statement)
    migrate(address, "head")
    assert emails("users WHERE confirmed_at IS NOT NULL", address) == HONEST
    for table in ("sign_in_sessions", "calendar_feeds", "email_tokens"):
        assert emails(f"users JOIN {table} t ON t.user_id = users.id", address) == HONEST
    assert rows(address, "SELECT listed FROM tutors") == [(False,)]
    assert rows(address, "SELECT count(*) FROM users") == [(4,)]
