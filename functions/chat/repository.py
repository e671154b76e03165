"""Every statement of the chat feature. Plain psycopg: the WebSocket door must start fast."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from shared.kit.database import connection
from shared.kit.prepared import Prepared, Row


@dataclass(frozen=True)
class Message:
    """A stored message; the author is None once the account is deleted."""

    seq: int
    id: str
    body: str
    created_at: datetime
    created_by: str | None


class Sent(NamedTuple):
    """A message just stored, with what its readers are shown of the author."""

    body: str
    client_id: str | None
    conversation_id: str
    seq: int
    id: str
    created_at: datetime
    user_id: str
    first_name: str
    last_name: str
    picture: str | None
    # Ids of open sockets, each after one digit: the version of the protocol its client speaks.
    listeners: list[str]


# The lock waits for messages that are just being stored: they do not know of this socket, so they must be in
# the history before the socket is open.
OPEN_CONNECTION = """
INSERT INTO connections (id, conversation_id, user_id, session_id, protocol)
SELECT %(id)s, m.conversation_id, m.user_id, s.id, %(protocol)s
FROM sessions s JOIN members m ON m.user_id = s.user_id JOIN conversations c ON c.id = m.conversation_id
WHERE s.id = %(session_id)s AND s.user_id = %(user_id)s AND s.expires_at > now()
  AND m.conversation_id = %(conversation_id)s
FOR SHARE OF c
RETURNING id
"""


# One that hears of notifications only. It speaks the second protocol: nobody of the first knows such sockets.
OPEN_NOTIFICATIONS = """
INSERT INTO connections (id, user_id, session_id, protocol)
SELECT %(id)s, s.user_id, s.id, %(protocol)s FROM sessions s
WHERE s.id = %(session_id)s AND s.user_id = %(user_id)s AND s.expires_at > now()
RETURNING id
"""


def open_connection(
    connection_id: str, conversation_id: UUID | None, user_id: UUID, session_id: UUID, protocol: int
) -> bool:
    """Register a socket, of a conversation or of notifications alone.

    False if the session is over or its user is no member of the conversation.
    """
    values = {
        "id": connection_id,
        "conversation_id": conversation_id,
        "user_id": user_id,
        "session_id": session_id,
        "protocol": protocol,
    }
    with connection() as db:
        opening = OPEN_CONNECTION if conversation_id else OPEN_NOTIFICATIONS
        return db.execute(opening, values).fetchone() is not None


def forget_connections(connection_ids: list[str]) -> None:
    with connection() as db:
        db.execute("DELETE FROM connections WHERE id = ANY(%s)", (connection_ids,))


# Authorises, numbers and stores in one statement. The lock on the conversation's row makes `seq` the order of
# commits, without gaps. `listeners_now` looks after the lock is had: sockets opened while it was waited for count.
STORE_MESSAGE = Prepared("""
WITH numbered AS (
    UPDATE conversations SET last_seq = last_seq + 1, updated_at = clock_timestamp()
    FROM connections c JOIN users u ON u.id = c.user_id
    WHERE c.id = $1 AND conversations.id = c.conversation_id
    RETURNING conversations.id, last_seq, gen_random_uuid() AS message_id, conversations.updated_at,
        u.id AS user_id, u.first_name, u.last_name, u.picture
), stored AS (
    INSERT INTO messages (conversation_id, seq, id, created_by, client_id, body, created_at)
    SELECT id, last_seq, message_id, user_id, $3, $2, updated_at FROM numbered
)
SELECT $2, $3, id, last_seq, message_id, updated_at, user_id, first_name, last_name, picture, listeners_now(id)
FROM numbered
""")

FIND_SENT = Prepared("""
SELECT m.body, m.client_id, m.conversation_id, m.seq, m.id, m.created_at, u.id, u.first_name, u.last_name, u.picture,
    c.protocol || c.id
FROM connections c
JOIN messages m ON m.conversation_id = c.conversation_id AND m.created_by = c.user_id
JOIN users u ON u.id = c.user_id
WHERE c.id = $1 AND m.client_id = $2
""")


def store_message(connection_id: str, body: str, client_id: str | None) -> tuple[Sent | None, bool]:
    """Store a message from a socket; (None, False) if the socket is not registered.

    The second value is False if the client sent this message before: then it is the one stored then, and only
    this socket is a listener.
    """
    with connection() as db:
        try:
            row, is_new = STORE_MESSAGE.fetch_one(db, connection_id, body, client_id), True
        except psycopg.errors.UniqueViolation:
            row, is_new = FIND_SENT.fetch_one(db, connection_id, client_id), False
    return (_sent(row), is_new) if row else (None, False)


def _sent(row: Row) -> Sent:
    texts = Sent._make(row)
    return texts._replace(
        seq=int(texts.seq),
        created_at=datetime.fromisoformat(str(texts.created_at)),
        listeners=str(texts.listeners or "").split(),
    )


# A message reaches every socket of its conversation: a conversation's last activity is its sockets'.
CLAIM_IDLE = """
UPDATE connections SET touched_at = now()
WHERE touched_at < now() - make_interval(secs => %(idle)s) AND NOT EXISTS (
    SELECT FROM conversations v
    WHERE v.id = connections.conversation_id AND v.updated_at >= now() - make_interval(secs => %(idle)s)
)
RETURNING connections.id
"""


def claim_idle_connections(idle_seconds: int) -> list[str]:
    """Sockets that heard nothing for so long; each is returned to one caller only."""
    with connection() as db:
        return [row[0] for row in db.execute(CLAIM_IDLE, {"idle": idle_seconds}).fetchall()]


UNREAD = """
SELECT (SELECT count(*) FROM notifications n WHERE n.user_id = c.user_id AND NOT n.is_read)
FROM connections c WHERE c.id = %s AND c.conversation_id IS NULL
"""


def count_unread(connection_id: str) -> int | None:
    """How many notifications a socket's owner has not read; None for one of a conversation, and for unknown ones."""
    with connection() as db:
        row = db.execute(UNREAD, (connection_id,)).fetchone()
    return row[0] if row else None


def find_protocol(connection_id: str) -> int | None:
    with connection() as db:
        row = db.execute("SELECT protocol FROM connections WHERE id = %s", (connection_id,)).fetchone()
    return row[0] if row else None


NEWEST = (
    "SELECT seq, id::text, body, created_at, created_by::text FROM messages WHERE conversation_id = %(conversation_id)s"
)


def list_messages(conversation_id: UUID, count: int, *, before: int | None = None) -> list[Message]:
    """The newest messages, or the newest before a place, newest first."""
    values = {"conversation_id": conversation_id, "count": count, "before": before}
    older = "" if before is None else " AND seq < %(before)s"
    return _fetch_messages(f"{NEWEST}{older} ORDER BY seq DESC LIMIT %(count)s", values)


def list_messages_after(conversation_id: UUID, seq: int, count: int, *, before: int | None) -> list[Message]:
    """What came after a place, and before another if there is one, oldest first."""
    values = {"conversation_id": conversation_id, "seq": seq, "count": count, "before": before}
    earlier = "" if before is None else " AND seq < %(before)s"
    return _fetch_messages(f"{NEWEST} AND seq > %(seq)s{earlier} ORDER BY seq LIMIT %(count)s", values)


def _fetch_messages(statement: str, values: dict[str, Any]) -> list[Message]:
    with connection() as db, db.cursor(row_factory=class_row(Message)) as cursor:
        return cursor.execute(statement, values).fetchall()
