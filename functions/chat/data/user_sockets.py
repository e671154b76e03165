"""Statements about the sockets that hear all conversations of their user, and the tickets that open them.

A ticket is a row: it opens only one socket even if two clients use it at once, it survives a loss of Redis, and it ends
with its sign-in session.
"""

from datetime import datetime
from uuid import UUID

from shared.kit.db.pool import connection
from shared.kit.db.query import Query

# The session's row is locked before its tickets, as everywhere, including at sign-out.
ADD_TICKET = Query(
    datetime,
    """
WITH session AS (
    SELECT id FROM sign_in_sessions WHERE id = %(session_id)s AND expires_at > now() FOR KEY SHARE
), expired AS (
    DELETE FROM socket_tickets t USING session WHERE t.session_id = session.id AND t.expires_at <= now()
)
INSERT INTO socket_tickets (token_hash, session_id, expires_at)
SELECT %(token_hash)s, id, now() + make_interval(secs => %(seconds)s) FROM session
RETURNING expires_at
""",
)


def add_ticket(session_id: UUID, token_hash: bytes, seconds: int) -> datetime | None:
    """Store a ticket of a sign-in session; returns its expiry, None if the session is over."""
    with connection() as db:
        return ADD_TICKET.one(db, {"session_id": session_id, "token_hash": token_hash, "seconds": seconds})


OPEN_BY_TICKET = Query(
    UUID,
    """
WITH session AS (
    SELECT s.id, s.user_id FROM socket_tickets t JOIN sign_in_sessions s ON s.id = t.session_id
    WHERE t.token_hash = %(token_hash)s AND t.expires_at > now() AND s.expires_at > now()
    FOR KEY SHARE OF s
), used AS (
    DELETE FROM socket_tickets t USING session WHERE t.token_hash = %(token_hash)s RETURNING session.id, session.user_id
)
INSERT INTO connections (id, user_id, session_id, protocol)
SELECT %(connection_id)s, user_id, id, 3 FROM used RETURNING user_id
""",
)
# Messages being stored do not know of this socket, so they must be in the history before it opens. Rows are locked in
# the order of ids, as senders do.
AWAIT_MESSAGES = Query(
    int,
    """
SELECT count(*) FROM (
    SELECT FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.user_id = %s ORDER BY c.id FOR SHARE OF c
) AS awaited
""",
)


def open_by_ticket(connection_id: str, token_hash: bytes) -> UUID | None:
    """Register a user's socket and use up its ticket; returns the user, None if it is used, expired or unknown."""
    with connection() as db:
        user_id = OPEN_BY_TICKET.one(db, {"connection_id": connection_id, "token_hash": token_hash})
        if user_id is not None:
            AWAIT_MESSAGES.get(db, (user_id,))
    return user_id


LIST_USER_SOCKETS = Query(str, "SELECT id FROM connections WHERE user_id = %s AND protocol = 3")


def list_user_sockets(user_id: UUID) -> list[str]:
    """A user's open sockets that hear all the user's conversations."""
    with connection() as db:
        return LIST_USER_SOCKETS.all(db, (user_id,))


LIST_LISTENERS = Query(str, "SELECT coalesce(conversation_listeners(%s), '')")


def list_listeners(conversation_id: UUID) -> list[str]:
    """The sockets that hear a conversation, each id after one digit: the protocol version of its client."""
    with connection() as db:
        return LIST_LISTENERS.get(db, (conversation_id,)).split()


LIST_VIEWERS = Query(
    str,
    """
SELECT listener FROM string_to_table(conversation_listeners(%(conversation_id)s), ' ') AS listener
WHERE NOT EXISTS (
    SELECT FROM connections s JOIN hidden_messages h ON h.user_id = s.user_id
    WHERE s.id = substr(listener, 2) AND h.conversation_id = %(conversation_id)s AND h.seq = %(seq)s
)
""",
)


def list_viewers(conversation_id: UUID, seq: int) -> list[str]:
    """`list_listeners` without the sockets of users who have hidden the message."""
    with connection() as db:
        return LIST_VIEWERS.all(db, {"conversation_id": conversation_id, "seq": seq})
