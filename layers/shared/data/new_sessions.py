"""Statements that start a sign-in session, whatever the way of signing in."""

from dataclasses import dataclass
from uuid import UUID

from shared.kit.db.query import Command, Query, Sql, compose


@dataclass(frozen=True, slots=True)
class Account:
    """The facts about an account that a sign-in needs."""

    id: UUID
    email: str
    password_hash: str
    confirmed: bool
    signed_in_before: bool
    suspended: bool
    has_second_factor: bool


ACCOUNT = Sql("""users.id, lower(email) AS email, password_hash, confirmed_at IS NOT NULL AS confirmed,
    signed_in_at IS NOT NULL AS signed_in_before, suspended_at IS NOT NULL AS suspended,
    second_factor_at IS NOT NULL AS has_second_factor""")
NOTE_FIRST_SIGN_IN = Command("UPDATE users SET signed_in_at = now() WHERE id = %s AND signed_in_at IS NULL")
# The lock waits for a concurrent change of password, suspension, or removal of the identity or passkey: those end only
# the sessions they can see.
ADD_SESSION = """
INSERT INTO sign_in_sessions
    (user_id, user_agent, address, country, expires_at, password_checked_at, second_factor_checked_at)
SELECT users.id, %(user_agent)s, %(address)s, %(country)s, %(expires_at)s, {password_checked_at},
    CASE WHEN %(second_factor)s::boolean THEN now() END
FROM users {by} WHERE users.id = %(user_id)s AND password_hash = %(hash)s AND suspended_at IS NULL
  AND (second_factor_at IS NULL OR %(second_factor)s::boolean)
FOR SHARE
RETURNING id
"""
START_SESSION = Query(UUID, compose(ADD_SESSION, password_checked_at=Sql("now()"), by=Sql("")))
# Sessions that did not start with the password: actions that need a fresh password ask for it first.
START_SESSION_OF_IDENTITY = Query(
    UUID,
    compose(
        ADD_SESSION,
        password_checked_at=Sql("to_timestamp(0)"),
        by=Sql("JOIN identities ON user_id = users.id AND identities.id = %(identity)s AND linked_at IS NOT NULL"),
    ),
)
START_SESSION_OF_PASSKEY = Query(
    UUID,
    compose(
        ADD_SESSION,
        password_checked_at=Sql("to_timestamp(0)"),
        by=Sql("JOIN passkeys ON passkeys.user_id = users.id AND passkeys.id = %(passkey)s"),
    ),
)
DELETE_EXPIRED_TICKETS = Command("""
DELETE FROM second_factor_tickets WHERE ticket_hash IN (
    SELECT ticket_hash FROM second_factor_tickets WHERE expires_at < now() FOR UPDATE SKIP LOCKED
)
""")
# The lock is there for the same reason.
ADD_TICKET = Command("""
INSERT INTO second_factor_tickets (ticket_hash, user_id, purpose, identity_id, link_hash, expires_at)
SELECT %(ticket_hash)s, id, 'sign_in', %(identity)s, %(link_hash)s, now() + %(life)s::interval
FROM users WHERE id = %(user_id)s AND password_hash = %(hash)s AND suspended_at IS NULL
FOR SHARE
""")
LINK_IDENTITY = Query(
    int,
    """
UPDATE identities SET linked_at = now(), link_hash = NULL, link_expires_at = NULL
WHERE user_id = %s AND link_hash = %s AND linked_at IS NULL AND link_expires_at > now()
RETURNING id
""",
)
