"""Every statement of the chat feature. Plain psycopg: the WebSocket door must start fast."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from shared.kit.database import connection


@dataclass(frozen=True)
class Message:
    """A stored message; the author is None once the account is deleted."""

    seq: int
    id: UUID
    body: str
    created_at: datetime
    created_by: UUID | None


@dataclass(frozen=True)
class Sent:
    """A message just stored, with what its readers are shown of the author."""

    conversation_id: UUID
    seq: int
    id: UUID
    body: str
    created_at: datetime
    user_id: UUID
    first_name: str
    last_name: str
    picture: str | None
    client_id: str | None


@dataclass(frozen=True)
class Listener:
    """An open socket and the protocol its client speaks."""

    id: str
    protocol: int


OPEN_CONNECTION = """
INSERT INTO connections (id, conversation_id, user_id, session_id, protocol)
SELECT %(id)s, m.conversation_id, m.user_id, s.id, %(protocol)s
FROM sessions s JOIN members m ON m.user_id = s.user_id
WHERE s.id = %(session_id)s AND s.user_id = %(user_id)s AND s.expires_at > now()
  AND m.conversation_id = %(conversation_id)s
RETURNING id
"""


def open_connection(connection_id: str, conversation_id: UUID, user_id: UUID, session_id: UUID, protocol: int) -> bool:
    """Register a socket; False if the session is over or its user is no member of the conversation."""
    values = {
        "id": connection_id,
        "conversation_id": conversation_id,
        "user_id": user_id,
        "session_id": session_id,
        "protocol": protocol,
    }
    with connection() as db:
        return db.execute(OPEN_CONNECTION, values).fetchone() is not None


def forget_connections(connection_ids: list[str]) -> None:
    with connection() as db:
        db.execute("DELETE FROM connections WHERE id = ANY(%s)", (connection_ids,))


# Authorises, numbers and stores in one statement. The lock on the conversation's row makes `seq` the order of
# commits, without gaps.
STORE_MESSAGE = """
WITH sender AS (
    SELECT c.conversation_id, c.user_id, u.first_name, u.last_name, u.picture
    FROM connections c
    JOIN members m ON m.conversation_id = c.conversation_id AND m.user_id = c.user_id
    JOIN users u ON u.id = c.user_id
    WHERE c.id = %(connection_id)s
), numbered AS (
    UPDATE conversations SET last_seq = last_seq + 1, updated_at = clock_timestamp()
    FROM sender WHERE conversations.id = sender.conversation_id
    RETURNING conversations.id, last_seq, updated_at
), stored AS (
    INSERT INTO messages (conversation_id, seq, created_by, client_id, body, created_at)
    SELECT numbered.id, last_seq, user_id, %(client_id)s, %(body)s, updated_at FROM numbered, sender
    RETURNING conversation_id, seq, id, body, created_at, client_id
)
SELECT stored.*, user_id, first_name, last_name, picture FROM stored, sender
"""

FIND_SENT = """
SELECT m.conversation_id, m.seq, m.id, m.body, m.created_at, u.id AS user_id, u.first_name, u.last_name, u.picture,
       m.client_id
FROM connections c
JOIN messages m ON m.conversation_id = c.conversation_id AND m.created_by = c.user_id
JOIN users u ON u.id = c.user_id
WHERE c.id = %(connection_id)s AND m.client_id = %(client_id)s
"""


def store_message(connection_id: str, body: str, client_id: str | None) -> tuple[Sent | None, bool]:
    """Store a message from a socket; (None, False) if the socket is not registered.

    The second value is False if the client sent this message before: then it is the one stored then.
    """
    values = {"connection_id": connection_id, "body": body, "client_id": client_id}
    with connection() as db, db.cursor(row_factory=class_row(Sent)) as cursor:
        try:
            sent = cursor.execute(STORE_MESSAGE, values).fetchone()
        except psycopg.errors.UniqueViolation:
            return cursor.execute(FIND_SENT, values).fetchone(), False
    return sent, sent is not None


def list_listeners(conversation_id: UUID) -> list[Listener]:
    """Who listens now. Asked after the message is committed: whoever opens a socket later finds it in the history."""
    with connection() as db, db.cursor(row_factory=class_row(Listener)) as cursor:
        wanted = "SELECT id, protocol FROM connections WHERE conversation_id = %s"
        return cursor.execute(wanted, (conversation_id,)).fetchall()


# A message reaches every socket of its conversation: a conversation's last activity is its sockets'.
CLAIM_IDLE = """
UPDATE connections SET touched_at = now()
FROM conversations v
WHERE v.id = connections.conversation_id
  AND connections.touched_at < now() - make_interval(secs => %(idle)s)
  AND v.updated_at < now() - make_interval(secs => %(idle)s)
RETURNING connections.id
"""


def claim_idle_connections(idle_seconds: int) -> list[str]:
    """Sockets that heard nothing for so long; each is returned to one caller only."""
    with connection() as db:
        return [row[0] for row in db.execute(CLAIM_IDLE, {"idle": idle_seconds}).fetchall()]


def find_protocol(connection_id: str) -> int | None:
    with connection() as db:
        row = db.execute("SELECT protocol FROM connections WHERE id = %s", (connection_id,)).fetchone()
    return row[0] if row else None


NEWEST = "SELECT seq, id, body, created_at, created_by FROM messages WHERE conversation_id = %(conversation_id)s"


def list_messages(conversation_id: UUID, count: int, *, before: int | None = None) -> list[Message]:
    """The newest messages, or the newest before a place, newest first."""
    values = {"conversation_id": conversation_id, "count": count, "before": before}
    older = "" if before is None else " AND seq < %(before)s"
    return _fetch_messages(f"{NEWEST}{older} ORDER BY seq DESC LIMIT %(count)s", values)


def list_messages_after(conversation_id: UUID, seq: int, count: int) -> list[Message]:
    """What came after a place, oldest first."""
    values = {"conversation_id": conversation_id, "seq": seq, "count": count}
    return _fetch_messages(f"{NEWEST} AND seq > %(seq)s ORDER BY seq LIMIT %(count)s", values)


def _fetch_messages(statement: str, values: dict[str, Any]) -> list[Message]:
    with connection() as db, db.cursor(row_factory=class_row(Message)) as cursor:
        return cursor.execute(statement, values).fetchall()
