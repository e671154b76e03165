"""Statements about open sockets. Plain psycopg: the WebSocket handler must start fast."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.data.connections import closing
from shared.kit.db.libpq import Prepared
from shared.kit.db.pool import connection
from shared.kit.db.query import Command, Query, Sql

# The lock waits for messages being stored: they do not know of this socket, so they must be in the history before it
# opens.
OPEN_CONNECTION = Command("""
INSERT INTO connections (id, conversation_id, user_id, session_id, protocol)
SELECT %(id)s, m.conversation_id, m.user_id, s.id, %(protocol)s
FROM sign_in_sessions s JOIN conversation_members m ON m.user_id = s.user_id
JOIN conversations c ON c.id = m.conversation_id
WHERE s.id = %(session_id)s AND s.user_id = %(user_id)s AND s.expires_at > now()
  AND m.conversation_id = %(conversation_id)s
FOR SHARE OF c
""")

# A socket only for notifications speaks protocol 2, because protocol 1 has none.
OPEN_FOR_NOTIFICATIONS = Command("""
INSERT INTO connections (id, user_id, session_id, protocol)
SELECT %(id)s, s.user_id, s.id, %(protocol)s FROM sign_in_sessions s
WHERE s.id = %(session_id)s AND s.user_id = %(user_id)s AND s.expires_at > now()
""")


def open_connection(
    connection_id: str, conversation_id: UUID | None, user_id: UUID, session_id: UUID, protocol: int
) -> bool:
    """Register a socket, of a conversation or for notifications only.

    False if the session is over or its user is not a member of the conversation.
    """
    opening = OPEN_CONNECTION if conversation_id else OPEN_FOR_NOTIFICATIONS
    values = {
        "id": connection_id,
        "conversation_id": conversation_id,
        "user_id": user_id,
        "session_id": session_id,
        "protocol": protocol,
    }
    with connection() as db:
        return opening.run(db, values) > 0


DELETE_OLDEST = closing(
    Sql("""
DELETE FROM connections WHERE id = ANY(ARRAY(
    SELECT id FROM connections WHERE user_id = %s ORDER BY connected_at DESC, id OFFSET %s FOR UPDATE SKIP LOCKED
))
""")
)


def delete_oldest(user_id: UUID, kept: int) -> list[str]:
    """Delete a user's oldest sockets beyond the number to keep; returns their ids."""
    with connection() as db:
        return DELETE_OLDEST.all(db, (user_id, kept))


DELETE_CONNECTION = closing(Sql("DELETE FROM connections WHERE id = %s"))


def delete_connection(connection_id: str) -> None:
    with connection() as db:
        DELETE_CONNECTION.all(db, (connection_id,))


DELETE_CONNECTIONS = closing(Sql("DELETE FROM connections WHERE id = ANY(%s)"))


def delete_connections(connection_ids: list[str]) -> None:
    with connection() as db:
        DELETE_CONNECTIONS.all(db, (connection_ids,))


LIST_IDS = Query(str, "SELECT id FROM connections")


def list_ids() -> list[str]:
    """The ids of all open sockets."""
    with connection() as db:
        return LIST_IDS.all(db)


class Sender(NamedTuple):
    """The user of a socket, its client's protocol version, and its conversation."""

    user_id: str
    protocol: int
    conversation_id: str | None = None


FIND_SENDER = Prepared("SELECT user_id, protocol, conversation_id FROM connections WHERE id = $1", Sender._fields)


def find_sender(connection_id: str) -> Sender | None:
    with connection() as db:
        found = FIND_SENDER.fetch_all(db, connection_id)
    for user_id, protocol, conversation_id in found:
        return Sender(user_id, int(protocol), conversation_id)
    return None


class Owner(NamedTuple):
    """A socket and its user."""

    id: str
    user_id: str


LIST_OWNERS = Query(Owner, "SELECT id, user_id::text AS user_id FROM connections WHERE id = ANY(%s)")


def list_owners(connection_ids: list[str]) -> dict[str, str]:
    """The owners of these sockets, except sockets that are gone."""
    with connection() as db:
        return {each.id: each.user_id for each in LIST_OWNERS.all(db, (connection_ids,))}


COUNT_UNREAD = Query(
    int,
    """
SELECT (SELECT count(*) FROM notifications n WHERE n.user_id = c.user_id AND NOT n.is_read)
FROM connections c WHERE c.id = %s AND c.conversation_id IS NULL
""",
)


def count_unread(connection_id: str) -> int | None:
    """The number of a socket owner's unread notifications; None for conversation sockets and unknown ones."""
    with connection() as db:
        return COUNT_UNREAD.one(db, (connection_id,))


# A message reaches every socket of its conversation, so the conversation's last activity is that of its sockets. A
# locked socket is being claimed or deleted by another transaction: skip it to avoid deadlocks.
CLAIM_IDLE = Query(
    str,
    """
WITH idle AS (
    SELECT c.id FROM connections c
    WHERE c.touched_at < now() - make_interval(secs => %(idle)s) AND NOT EXISTS (
        SELECT FROM conversations v
        WHERE v.id = c.conversation_id AND v.updated_at >= now() - make_interval(secs => %(idle)s)
    )
    FOR NO KEY UPDATE OF c SKIP LOCKED
)
UPDATE connections c SET touched_at = now() FROM idle WHERE c.id = idle.id RETURNING c.id
""",
)


def claim_idle_connections(idle_seconds: int) -> list[str]:
    """Sockets that were sent nothing for so long; each is returned to one caller only."""
    with connection() as db:
        return CLAIM_IDLE.all(db, {"idle": idle_seconds})


class ClosingConnection(NamedTuple):
    """A socket, and when the gateway closes it."""

    id: str
    closes_at: datetime


# docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: no connection lasts longer than two hours.
CLAIM_CLOSING = Query(
    ClosingConnection,
    """
WITH closing AS (
    SELECT id FROM connections
    WHERE protocol IN (2, 3) AND closing_told_at IS NULL AND connected_at < now() - interval '115 minutes'
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE connections c SET closing_told_at = now(), touched_at = now() FROM closing WHERE c.id = closing.id
RETURNING c.id, c.connected_at + interval '2 hours' AS closes_at
""",
)


def claim_closing_connections() -> list[ClosingConnection]:
    """Sockets that the gateway closes within five minutes, whose clients understand events; each is returned once."""
    with connection() as db:
        return CLAIM_CLOSING.all(db)
