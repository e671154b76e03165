"""Statements about events that a client missed. Plain psycopg: the WebSocket handler must start fast."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from functions.chat.domain.sync_cursors import Known, SyncCursor
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose
from shared.kit.json import json_text

KNOWN = Sql("jsonb_to_recordset(%(known)s::jsonb) AS k (conversation_id uuid, seq bigint, change_seq bigint)")
# Only of conversations whose member the user is.
LIST_NEWS = Query(
    Known,
    compose(
        """
SELECT c.id AS conversation_id, k.seq, coalesce(k.change_seq, c.change_seq) AS change_seq
FROM {known}
JOIN conversation_members m ON m.conversation_id = k.conversation_id AND m.user_id = %(user_id)s
JOIN conversations c ON c.id = k.conversation_id
WHERE c.last_seq > k.seq OR c.change_seq > k.change_seq ORDER BY c.updated_at DESC, c.id
""",
        known=KNOWN,
    ),
)
# A conversation without activity since the cursor has no missed messages, nor, if the cursor omits it, missed changes.
LIST_NEWS_SINCE = Query(
    Known,
    compose(
        """
SELECT conversation_id, seq, change_seq FROM (
    SELECT c.id AS conversation_id, c.updated_at, c.last_seq, c.change_seq AS last_change_seq,
        CASE WHEN c.updated_at <= %(since)s THEN c.last_seq ELSE coalesce((
            SELECT x.seq FROM messages x WHERE x.conversation_id = c.id AND x.created_at <= %(since)s
            ORDER BY x.seq DESC LIMIT 1
        ), 0) END AS seq,
        coalesce(k.change_seq, CASE WHEN c.updated_at > %(since)s THEN 0 ELSE c.change_seq END) AS change_seq
    FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id
    LEFT JOIN {known} ON k.conversation_id = c.id
    WHERE m.user_id = %(user_id)s
) own
WHERE last_seq > seq OR last_change_seq > change_seq ORDER BY updated_at DESC, conversation_id
""",
        known=KNOWN,
    ),
)


def list_news(user_id: UUID, known: Iterable[Known]) -> list[Known]:
    """A client's conversations with events that it missed, most recently active first."""
    with connection() as db:
        return LIST_NEWS.all(db, {"user_id": user_id, "known": _rows(known)})


def list_news_since(user_id: UUID, cursor: SyncCursor) -> list[Known]:
    """`list_news` for all conversations of a client that knew everything up to a cursor."""
    values = {"user_id": user_id, "since": cursor.since, "known": _rows(cursor.changes)}
    with connection() as db:
        return LIST_NEWS_SINCE.all(db, values)


def _rows(known: Iterable[Known]) -> str:
    return json_text([{**each._asdict(), "conversation_id": str(each.conversation_id)} for each in known])


class CursorRow(NamedTuple):
    since: datetime
    changes: dict[str, Any]


# A message's timestamp is when it was stored, but it becomes visible only at the commit, so go back a minute.
GET_CURSOR = Query(
    CursorRow,
    """
SELECT now() - interval '1 minute' AS since, (
    SELECT coalesce(json_object_agg(id, change_seq), '{}') FROM (
        SELECT c.id, c.change_seq FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.user_id = %(user_id)s AND c.change_seq > 0 ORDER BY c.updated_at DESC LIMIT %(most)s
    ) changed
) AS changes
""",
)


def get_cursor(user_id: UUID, most: int) -> SyncCursor:
    """The cursor of a client that was just told everything, with the change numbers of at most `most` conversations."""
    with connection() as db:
        row = GET_CURSOR.get(db, {"user_id": user_id, "most": most})
    return SyncCursor(row.since, [Known(UUID(each), 0, change_seq) for each, change_seq in row.changes.items()])
