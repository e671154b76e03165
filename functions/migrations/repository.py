"""The database role of the functions: it has exactly the rights their statements need. A test compares the two.

Rights that the previous release needs stay, because its functions run until the new ones are deployed.
"""

from shared.kit.db.pool import PooledConnection
from shared.kit.psycopg import sql
from shared.kit.settings import settings

ROLE_EXISTS = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)"
GRANTS = {
    "announcements": "SELECT, INSERT, UPDATE, DELETE",
    "attachments": "SELECT, INSERT, UPDATE, DELETE",
    "blocks": "SELECT, INSERT, DELETE",
    "booking_changes": "SELECT, INSERT, UPDATE",
    "booking_terms": "SELECT, INSERT, UPDATE",
    "bookings": "SELECT, INSERT, UPDATE",
    "calendar_feeds": "SELECT, INSERT, UPDATE, DELETE",
    "connections": "SELECT, INSERT, UPDATE, DELETE",
    "conversation_members": "SELECT, INSERT, UPDATE",
    "conversations": "SELECT, INSERT, UPDATE, DELETE",
    "email_changes": "SELECT, INSERT, UPDATE, DELETE",
    "email_tokens": "SELECT, INSERT, UPDATE, DELETE",
    "facet_changes": "SELECT, INSERT, DELETE",
    "facet_counts": "SELECT, INSERT, UPDATE, DELETE",
    "hidden_messages": "SELECT, INSERT, UPDATE",
    "hours_overrides": "SELECT, INSERT, UPDATE, DELETE",
    "idempotency_keys": "SELECT, INSERT, UPDATE, DELETE",
    "identities": "SELECT, INSERT, UPDATE, DELETE",
    "issue_answers": "SELECT, INSERT",
    "issues": "SELECT, INSERT, UPDATE",
    "job_progress": "SELECT, INSERT, UPDATE",
    "mail_outbox": "SELECT, INSERT, UPDATE, DELETE",
    "message_reactions": "SELECT, INSERT, UPDATE, DELETE",
    "messages": "SELECT, INSERT, UPDATE",
    "notification_events": "SELECT, INSERT, UPDATE, DELETE",
    "notifications": "SELECT, INSERT, UPDATE, DELETE",
    "passkey_challenges": "SELECT, INSERT, UPDATE, DELETE",
    "passkeys": "SELECT, INSERT, UPDATE, DELETE",
    "push_outbox": "SELECT, INSERT, UPDATE, DELETE",
    "push_subscriptions": "SELECT, INSERT, UPDATE, DELETE",
    "ratings": "SELECT, INSERT, UPDATE, DELETE",
    "recovery_codes": "SELECT, INSERT, DELETE",
    "reminders": "SELECT, INSERT, UPDATE",
    "reports": "SELECT, INSERT, UPDATE",
    "review_reports": "SELECT, INSERT, UPDATE",
    "schedule_items": "SELECT, INSERT, UPDATE, DELETE",
    "second_factor_tickets": "SELECT, INSERT, UPDATE, DELETE",
    "second_factors": "SELECT, INSERT, UPDATE, DELETE",
    "sign_in_requests": "SELECT, INSERT, UPDATE, DELETE",
    "sign_in_sessions": "SELECT, INSERT, UPDATE, DELETE",
    "skills": "SELECT",
    "socket_tickets": "SELECT, INSERT, DELETE",
    "staff_actions": "SELECT, INSERT",
    "tutoring_sessions": "SELECT, INSERT, UPDATE",
    "tutors": "SELECT, INSERT, UPDATE",
    "users": "SELECT, INSERT, UPDATE, DELETE",
    "waitlist_entries": "SELECT, INSERT, UPDATE",
    "weekly_hours": "SELECT, INSERT, DELETE",
}


def let_in(db: PooledConnection, role: str, password: str) -> None:
    """Create or update the role, with this release's grants and limit of statements. Raises database errors."""
    # The server logs such statements, so it gets the password's verifier, not the password.
    verifier = db.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    [exists] = db.execute(ROLE_EXISTS, (role,)).fetchone() or (False,)
    make = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}") if exists else sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
    db.execute(make.format(sql.Identifier(role), sql.Literal(verifier)))
    # For connections through RDS Proxy, which cannot bring the limit along.
    limit = sql.SQL("ALTER ROLE {} SET statement_timeout = {}")
    db.execute(limit.format(sql.Identifier(role), sql.Literal(f"{settings().database_statement_seconds}s")))
    for table, rights in GRANTS.items():
        grant = sql.SQL("GRANT {} ON {} TO {}")
        db.execute(grant.format(sql.SQL(rights), sql.Identifier(table), sql.Identifier(role)))
