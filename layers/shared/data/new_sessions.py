"""Statements that start a sign-in session, however its owner proved who they are."""

from dataclasses import dataclass
from uuid import UUID

from shared.kit.db.query import Command, Query


@dataclass(frozen=True, slots=True)
class Account:
    """What a sign-in needs to know of an account."""

    id: UUID
    email: str
    password_hash: str
    confirmed: bool
    signed_in_before: bool
    suspended: bool


NOTE_FIRST_SIGN_IN = Command("UPDATE users SET signed_in_at = now() WHERE id = %s AND signed_in_at IS NULL")
# The lock waits for a change of the password, or a suspension, that is under way: it ends the sessions it sees.
START_SESSION = Query(
    UUID,
    """
INSERT INTO sign_in_sessions (user_id, user_agent, address, expires_at, password_checked_at)
SELECT id, %(user_agent)s, %(address)s, %(expires_at)s,
    CASE WHEN %(by_password)s::boolean THEN now() ELSE to_timestamp(0) END
FROM users WHERE id = %(user_id)s AND password_hash = %(hash)s AND suspended_at IS NULL
FOR SHARE
RETURNING id
""",
)
