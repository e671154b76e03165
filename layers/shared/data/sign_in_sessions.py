"""Sign-in sessions, and the sockets opened in them."""

from uuid import UUID

from shared.data.connections import closing
from shared.kit.db.query import Command, Query, Sql

# A separate statement, so that a socket opened meanwhile is either seen here or refused.
LOCK_SESSIONS = Query(
    UUID,
    """
SELECT id FROM sign_in_sessions
WHERE user_id = %(user_id)s AND (%(only)s::uuid IS NULL OR id = %(only)s) AND (%(but)s::uuid IS NULL OR id <> %(but)s)
ORDER BY id FOR UPDATE
""",
)
DELETE_CONNECTIONS = closing(Sql("DELETE FROM connections WHERE session_id = ANY(%s)"))
# Tickets of people who have given the password but not yet a second factor.
DELETE_TICKETS = Command("DELETE FROM second_factor_tickets WHERE user_id = %s AND purpose = 'sign_in'")
DELETE_SESSIONS = Command("DELETE FROM sign_in_sessions WHERE id = ANY(%s)")
