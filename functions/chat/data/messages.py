"""Statements about messages. Plain psycopg: the WebSocket handler must start fast."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from functions.chat.domain.messages import DELETED, MAX_UNANSWERED, Message, NewMessage, RefusedMessage, StoredMessage
from shared.data.attachments import OF_MESSAGE
from shared.kit.db.libpq import Prepared, Row
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose
from shared.kit.json import json_text
from shared.kit.settings import settings

# Authorizes, numbers and stores in one statement. Locking the conversations' rows makes `seq` the order of commits,
# without gaps; rows are locked in the order of ids, as everywhere. `conversation_listeners` runs once the lock is
# held, so sockets opened while waiting for it are included. The locked row also says whether a message is refused:
# blocking locks it too, so each message is stored either before a block or after it.
STORE = """
WITH locked AS (
    SELECT m.place, m.connection_id, m.body, m.client_id, m.reply_to, m.attachments, v.id AS conversation_id,
        v.last_seq, v.change_seq, v.is_blocked, v.only_author, u.id AS user_id, u.first_name, u.last_name, u.picture
    FROM ROWS FROM (json_to_recordset($1::json) AS
        (connection_id text, body text, client_id text, reply_to bigint, conversation_id uuid, attachments uuid[])
    ) WITH ORDINALITY AS m (connection_id, body, client_id, reply_to, conversation_id, attachments, place)
    {sender}
    JOIN conversations v ON v.id = w.conversation_id
    ORDER BY v.id, m.place
    FOR NO KEY UPDATE OF v
), judged AS (
    SELECT *, CASE
        WHEN is_blocked THEN 'blocked' WHEN reply_to > last_seq THEN 'message_not_found'
        WHEN is_unanswered AND last_seq + nth > $2::int THEN 'throttled'
    END AS refusal
    FROM (
        SELECT *, row_number() OVER earlier AS nth, coalesce(only_author = user_id, last_seq = 0)
            AND min(user_id::text) OVER earlier = max(user_id::text) OVER earlier AS is_unanswered
        FROM locked WINDOW earlier AS (PARTITION BY conversation_id ORDER BY place)
    ) AS counted
), numbered AS (
    SELECT *, last_seq + count(*) FILTER (WHERE refusal IS NULL) OVER (PARTITION BY conversation_id ORDER BY place)
        AS seq, gen_random_uuid() AS message_id, clock_timestamp() AS sent_at
    FROM judged
), raised AS (
    UPDATE conversations SET last_seq = newest.seq, updated_at = newest.sent_at, only_author = newest.only_author
    FROM (
        SELECT conversation_id, max(seq) AS seq, max(sent_at) AS sent_at,
            CASE WHEN bool_and(is_unanswered) THEN (array_agg(user_id))[1] END AS only_author
        FROM numbered WHERE refusal IS NULL GROUP BY conversation_id
    ) AS newest
    WHERE id = conversation_id
), stored AS (
    INSERT INTO messages (conversation_id, seq, id, created_by, client_id, body, created_at, reply_to)
    SELECT conversation_id, seq, message_id, user_id, client_id, body, sent_at, reply_to FROM numbered
    WHERE refusal IS NULL
)
SELECT connection_id, body, client_id, conversation_id, seq, message_id AS id, sent_at AS created_at, user_id,
    first_name, last_name, picture, reply_to, CASE WHEN refusal IS NULL AND attachments IS NOT NULL
        THEN bind_attachments(attachments, conversation_id, user_id, message_id)
    END AS attachments, change_seq, place,
    CASE WHEN refusal IS NULL THEN conversation_listeners(conversation_id) END AS listeners, refusal
FROM numbered ORDER BY place
"""
COLUMNS = (*StoredMessage._fields, "refusal")
PLACE = COLUMNS.index("place")
# LIMIT 1 makes the planner look up each row by key: it expects a hundred messages and would scan both tables.
OF_SOCKET = Sql("""CROSS JOIN LATERAL (
        SELECT user_id, conversation_id, protocol FROM connections WHERE id = m.connection_id LIMIT 1
    ) AS c
    JOIN users u ON u.id = c.user_id
    CROSS JOIN LATERAL (
        SELECT conversation_id FROM conversation_members WHERE user_id = c.user_id
            AND conversation_id = coalesce(c.conversation_id, CASE WHEN c.protocol = 3 THEN m.conversation_id END)
        LIMIT 1
    ) AS w""")
OF_USER = Sql("""JOIN users u ON u.id = $3::uuid
    JOIN conversation_members w ON w.user_id = u.id AND w.conversation_id = m.conversation_id""")
STORE_MESSAGES = Prepared(compose(STORE, sender=OF_SOCKET), COLUMNS)
STORE_FOR_USER = Prepared(compose(STORE, sender=OF_USER), COLUMNS)

FOUND = """
SELECT {connection_id} AS connection_id, CASE WHEN m.deleted_at IS NULL THEN m.body ELSE {deleted} END AS body,
    m.client_id, m.conversation_id, m.seq, m.id, m.created_at, u.id AS user_id, u.first_name, u.last_name, u.picture,
    m.reply_to, {attachments} AS attachments, v.change_seq, 1 AS place, {listeners} AS listeners
{sender} JOIN messages m ON m.conversation_id = v.id AND m.created_by = u.id
WHERE {whose} AND m.client_id = $2
"""
SHOWN = {"deleted": Sql(f"'{DELETED}'"), "attachments": OF_MESSAGE}
FIND_STORED = Prepared(
    compose(
        FOUND,
        connection_id=Sql("c.id"),
        listeners=Sql("c.protocol || c.id"),
        sender=Sql("""FROM connections c JOIN users u ON u.id = c.user_id
JOIN conversations v ON v.id = coalesce(c.conversation_id, $3::uuid)"""),
        whose=Sql("c.id = $1"),
        **SHOWN,
    ),
    StoredMessage._fields,
)
FIND_STORED_FOR_USER = Prepared(
    compose(
        FOUND,
        connection_id=Sql("''"),
        listeners=Sql("''"),
        sender=Sql("FROM users u JOIN conversations v ON v.id = $3::uuid"),
        whose=Sql("u.id = $1::uuid"),
        **SHOWN,
    ),
    StoredMessage._fields,
)


def store_messages(messages: Sequence[NewMessage]) -> tuple[list[StoredMessage], list[RefusedMessage]]:
    """Store messages from sockets, all or none of those that are allowed, and say why the others are refused.

    Messages from unregistered sockets are left out. Raises psycopg.errors.UniqueViolation if a message was stored
    before, psycopg.errors.CheckViolation (attachments_free) if one names an attachment that is not available.
    """
    with connection() as db:
        return _told_apart(messages, STORE_MESSAGES.fetch_all(db, _as_json(messages), _most_unanswered()))


def store_message_for(user_id: UUID, message: NewMessage) -> StoredMessage | RefusedMessage | None:
    """`store_messages` for a message sent over HTTP; None if the user is not a member of the conversation.

    Raises psycopg.errors.UniqueViolation or psycopg.errors.CheckViolation as it does.
    """
    with connection() as db:
        rows = STORE_FOR_USER.fetch_all(db, _as_json([message]), _most_unanswered(), str(user_id))
    stored, refused = _told_apart([message], rows)
    if stored:
        return stored[0]
    return refused[0] if refused else None


def _as_json(messages: Sequence[NewMessage]) -> str:
    return json_text([message._asdict() for message in messages])


def _most_unanswered() -> str | None:
    return str(MAX_UNANSWERED) if settings().rate_limits else None


def _told_apart(
    messages: Sequence[NewMessage], rows: Sequence[Row]
) -> tuple[list[StoredMessage], list[RefusedMessage]]:
    refused = [RefusedMessage(messages[int(row[PLACE]) - 1], row[-1], int(row[PLACE])) for row in rows if row[-1]]
    return [_stored(row[:-1]) for row in rows if not row[-1]], refused


def find_stored(message: NewMessage) -> list[StoredMessage]:
    """The message as stored when its client first sent it, if it did; only this socket is a listener."""
    with connection() as db:
        found = FIND_STORED.fetch_all(db, message.connection_id, message.client_id, message.conversation_id)
        return [_stored(row) for row in found]


def find_stored_for(user_id: UUID, message: NewMessage) -> StoredMessage | None:
    """`find_stored` for a message sent over HTTP; it has no listeners."""
    with connection() as db:
        found = FIND_STORED_FOR_USER.fetch_all(db, str(user_id), message.client_id, message.conversation_id)
    return _stored(found[0]) if found else None


def _stored(row: Row) -> StoredMessage:
    *texts, seq, message_id, sent_at, user_id, first, last, picture, reply_to, files, change_seq, place, listeners = row
    user = (user_id, first, last, picture)
    reply = None if reply_to is None else int(reply_to)
    sent = datetime.fromisoformat(sent_at)
    more = (reply, files, int(change_seq), int(place))
    return StoredMessage._make((*texts, int(seq), message_id, sent, *user, *more, (listeners or "").split()))


GET_LAST_SEQ = Query(int, "SELECT last_seq FROM conversations WHERE id = %s")


def get_last_seq(conversation_id: UUID) -> int:
    """The current number of a conversation's last message."""
    with connection() as db:
        return GET_LAST_SEQ.get(db, (conversation_id,))


MESSAGES = """
SELECT seq, id::text, body, created_at, created_by::text, reply_to, edited_at, deleted_at, change_seq,
    {attachments} AS attachments
FROM messages m WHERE conversation_id = %(conversation_id)s {condition} LIMIT %(count)s
"""
LIST_NEWEST = Query(Message, compose(MESSAGES, attachments=OF_MESSAGE, condition=Sql("ORDER BY seq DESC")))
LIST_BEFORE = Query(
    Message, compose(MESSAGES, attachments=OF_MESSAGE, condition=Sql("AND seq < %(before)s ORDER BY seq DESC"))
)
LIST_AFTER = Query(
    Message, compose(MESSAGES, attachments=OF_MESSAGE, condition=Sql("AND seq > %(after)s ORDER BY seq"))
)
LIST_BETWEEN = Query(
    Message,
    compose(MESSAGES, attachments=OF_MESSAGE, condition=Sql("AND seq > %(after)s AND seq < %(before)s ORDER BY seq")),
)


def list_newest(conversation_id: UUID, count: int, *, before: int | None = None) -> list[Message]:
    """The newest messages, or the newest before a `seq`, newest first."""
    listing = LIST_NEWEST if before is None else LIST_BEFORE
    with connection() as db:
        return listing.all(db, {"conversation_id": conversation_id, "count": count, "before": before})


def list_after(conversation_id: UUID, after: int, count: int, *, before: int | None) -> list[Message]:
    """The messages after a `seq`, and before another if there is one, oldest first."""
    listing = LIST_AFTER if before is None else LIST_BETWEEN
    values = {"conversation_id": conversation_id, "after": after, "count": count, "before": before}
    with connection() as db:
        return listing.all(db, values)


# Ordered by the number of each message's last change, including messages hidden by the caller.
LIST_CHANGED = Query(
    Message,
    compose(
        """
WITH changes AS (
    SELECT seq, change_seq FROM messages
    WHERE conversation_id = %(conversation_id)s AND change_seq > %(after)s
    UNION ALL
    SELECT seq, change_seq FROM hidden_messages
    WHERE user_id = %(user_id)s AND conversation_id = %(conversation_id)s AND change_seq > %(after)s
), changed AS (
    SELECT seq, max(change_seq) AS change_seq FROM changes GROUP BY seq ORDER BY 2 LIMIT %(count)s
)
SELECT m.seq, m.id::text, m.body, m.created_at, m.created_by::text, m.reply_to, m.edited_at, m.deleted_at, c.change_seq,
    {attachments} AS attachments
FROM changed c JOIN messages m ON m.conversation_id = %(conversation_id)s AND m.seq = c.seq ORDER BY c.change_seq
""",
        attachments=OF_MESSAGE,
    ),
)


def list_changed(conversation_id: UUID, user_id: UUID, after: int, count: int) -> list[Message]:
    """The messages changed after a given change number, as they are now, in the order of their last changes."""
    values = {"conversation_id": conversation_id, "user_id": user_id, "after": after, "count": count}
    with connection() as db:
        return LIST_CHANGED.all(db, values)
