"""Every statement of the chat feature. Plain psycopg: the WebSocket handler must start fast."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import class_row

from shared.kit.db.libpq import Prepared, Row
from shared.kit.db.pool import connection
from shared.kit.json import json_text


@dataclass(frozen=True)
class Message:
    """A stored message; the author is None once the account is deleted."""

    seq: int
    id: str
    body: str
    created_at: datetime
    created_by: str | None


class Draft(NamedTuple):
    """A message as it came from a socket."""

    connection_id: str
    body: str
    client_id: str | None


class Sent(NamedTuple):
    """A stored message, with the socket it came from and what its readers are shown of the author."""

    connection_id: str
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
FROM sign_in_sessions s JOIN conversation_members m ON m.user_id = s.user_id
JOIN conversations c ON c.id = m.conversation_id
WHERE s.id = %(session_id)s AND s.user_id = %(user_id)s AND s.expires_at > now()
  AND m.conversation_id = %(conversation_id)s
FOR SHARE OF c
RETURNING id
"""


# One that hears of notifications only. It speaks the second protocol: nobody of the first knows such sockets.
OPEN_NOTIFICATIONS = """
INSERT INTO connections (id, user_id, session_id, protocol)
SELECT %(id)s, s.user_id, s.id, %(protocol)s FROM sign_in_sessions s
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


def forget_connection(connection_id: str) -> None:
    with connection() as db:
        db.execute("DELETE FROM connections WHERE id = %s", (connection_id,))


# Authorises, numbers and stores in one statement. The locks on the conversations' rows make `seq` the order of commits,
# without gaps; they are taken in the order of ids, as by whoever else locks several. `conversation_listeners` looks
# after the lock is had: sockets opened while it was waited for count.
STORE_MESSAGES = Prepared("""
WITH locked AS (
    SELECT m.place, m.connection_id, m.body, m.client_id, v.id AS conversation_id, v.last_seq,
        u.id AS user_id, u.first_name, u.last_name, u.picture
    FROM ROWS FROM (json_to_recordset($1::json) AS (connection_id text, body text, client_id text))
        WITH ORDINALITY AS m (connection_id, body, client_id, place)
    JOIN connections c ON c.id = m.connection_id
    JOIN users u ON u.id = c.user_id
    JOIN conversations v ON v.id = c.conversation_id
    ORDER BY v.id, m.place
    FOR NO KEY UPDATE OF v
), numbered AS (
    SELECT *, last_seq + row_number() OVER (PARTITION BY conversation_id ORDER BY place) AS seq,
        gen_random_uuid() AS message_id, clock_timestamp() AS sent_at
    FROM locked
), raised AS (
    UPDATE conversations SET last_seq = newest.seq, updated_at = newest.sent_at
    FROM (
        SELECT conversation_id, max(seq) AS seq, max(sent_at) AS sent_at FROM numbered GROUP BY conversation_id
    ) AS newest
    WHERE id = conversation_id
), stored AS (
    INSERT INTO messages (conversation_id, seq, id, created_by, client_id, body, created_at)
    SELECT conversation_id, seq, message_id, user_id, client_id, body, sent_at FROM numbered
)
SELECT connection_id, body, client_id, conversation_id, seq, message_id, sent_at, user_id, first_name, last_name,
    picture, conversation_listeners(conversation_id)
FROM numbered ORDER BY place
""")

FIND_SENT = Prepared("""
SELECT c.id, m.body, m.client_id, m.conversation_id, m.seq, m.id, m.created_at, u.id, u.first_name, u.last_name,
    u.picture, c.protocol || c.id
FROM connections c
JOIN messages m ON m.conversation_id = c.conversation_id AND m.created_by = c.user_id
JOIN users u ON u.id = c.user_id
WHERE c.id = $1 AND m.client_id = $2
""")


def store_messages(messages: Iterable[Draft]) -> list[Sent]:
    """Store messages from sockets, all or none; those whose socket is not registered are left out.

    Raises psycopg.errors.UniqueViolation if a client sent one of them before.
    """
    with connection() as db:
        rows = STORE_MESSAGES.fetch_all(db, json_text([message._asdict() for message in messages]))
    return [_sent(row) for row in rows]


def find_sent(message: Draft) -> list[Sent]:
    """The message as it was stored when its client sent it first, if it did; only this socket is a listener."""
    with connection() as db:
        return [_sent(row) for row in FIND_SENT.fetch_all(db, message.connection_id, message.client_id)]


def _sent(row: Row) -> Sent:
    texts = Sent._make(row)
    return texts._replace(
        seq=int(texts.seq),
        created_at=datetime.fromisoformat(str(texts.created_at)),
        listeners=str(texts.listeners or "").split(),
    )


# A message reaches every socket of its conversation: a conversation's last activity is its sockets'. Whoever holds a
# lock on a socket claims or forgets it: nobody waits in a circle.
CLAIM_IDLE = """
WITH idle AS (
    SELECT c.id FROM connections c
    WHERE c.touched_at < now() - make_interval(secs => %(idle)s) AND NOT EXISTS (
        SELECT FROM conversations v
        WHERE v.id = c.conversation_id AND v.updated_at >= now() - make_interval(secs => %(idle)s)
    )
    FOR NO KEY UPDATE OF c SKIP LOCKED
)
UPDATE connections c SET touched_at = now() FROM idle WHERE c.id = idle.id RETURNING c.id
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
