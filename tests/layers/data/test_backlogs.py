"""What jobs delete: after a long pause no statement deletes everything at once, and the next run goes on."""

from collections.abc import Callable

import pytest

from functions.mail import repository as mail
from functions.notifications.data import events
from functions.push import repository as push
from shared.kit.db.transactions import transaction
from tests.support.people import People, query

# One row more than a statement deletes; %s is an account.
MAILS = """
INSERT INTO mail_outbox (kind, recipient, created_at)
SELECT 'reset', 'ola@example.com', '2026-01-01' FROM generate_series(1, 5001)
"""
TOKENS = """
INSERT INTO email_tokens (token_hash, user_id, purpose, expires_at)
SELECT int4send(n), %s, 'reset', '2026-01-01' FROM generate_series(1, 5001) n
"""
CHANGES = """
INSERT INTO email_changes (user_id, session_id, old_email, new_email, expires_at, confirmed_at, revoked_at)
SELECT %s, gen_random_uuid(), 'ola@example.com', n || '@example.com', '2026-01-01', '2026-01-01', '2026-01-01'
FROM generate_series(1, 5001) n
"""
SESSIONS = "INSERT INTO sign_in_sessions (user_id, expires_at) SELECT %s, '2026-01-01' FROM generate_series(1, 5001)"
EVENTS = """
INSERT INTO notification_events (kind, about, subject, created_at, dispatched_at)
SELECT 'review_added', n, n, '2026-01-01', '2026-01-01' FROM generate_series(1, 5001) n
"""
PUSHES = """
WITH subscription AS (
    INSERT INTO push_subscriptions (user_id, session_id, endpoint, p256dh, auth)
    SELECT user_id, id, 'https://example.com/', '', '' FROM sign_in_sessions WHERE user_id = %s RETURNING id
)
INSERT INTO push_outbox (subscription_id, notification_id, created_at)
SELECT id, n, '2026-01-01' FROM subscription, generate_series(1, 5001) n
"""


def delete_old_events() -> None:
    with transaction() as db:
        events.delete_old(db)


@pytest.mark.parametrize(
    ("table", "add", "delete"),
    [
        ("mail_outbox", MAILS, mail.delete_old),
        ("email_tokens", TOKENS, mail.delete_old),
        ("email_changes", CHANGES, mail.delete_old),
        ("sign_in_sessions", SESSIONS, mail.delete_old),
        ("notification_events", EVENTS, delete_old_events),
        ("push_outbox", PUSHES, push.delete_old),
    ],
)
def test_a_backlog_is_deleted_in_parts(people: People, table: str, add: str, delete: Callable[[], None]) -> None:
    student = people.student()
    before = count(table)
    query(add, *([student.id] if "%s" in add else []))
    left = []
    for _ in range(2):
        delete()
        left.append(count(table) - before)
    assert left == [1, 0]


def count(table: str) -> int:
    return int(query(f"SELECT count(*) FROM {table}")[0][0])
