"""Statements about a member's own conversations, for our own clients; they return JSON text."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from functions.chat.domain.messages import DELETED
from shared.data.attachments import attachment_names
from shared.data.unread_messages import COUNT_UNREAD, READ_SEQ
from shared.domain.pictures import picture_sql
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose
from shared.kit.http.page_pagination import PageNumber

# `m` is the calling member, except in the subquery for the partner's `read_seq`. A last message that the caller has
# hidden counts as deleted; one that has only files shows their names.
CONVERSATION = compose(
    """
SELECT c.id, (SELECT row_to_json(person) FROM (
        SELECT u.id, u.first_name, u.last_name, {picture} AS profile_image
        FROM conversation_members p JOIN users u ON u.id = p.user_id
        WHERE p.conversation_id = c.id AND p.user_id <> %(user_id)s
    ) person) AS partner,
    CASE WHEN l.seq IS NOT NULL THEN (SELECT row_to_json(last) FROM (
        SELECT l.id, l.seq, CASE WHEN l.deleted_at IS NOT NULL OR EXISTS (
                SELECT FROM hidden_messages h
                WHERE h.user_id = m.user_id AND h.conversation_id = l.conversation_id AND h.seq = l.seq
            ) THEN {deleted} WHEN l.body = '' THEN coalesce({file_names}, '') ELSE l.body END AS body,
            l.created_by, format_time(l.created_at, %(zone)s) AS created_at
    ) last) END AS last_message,
    c.last_seq, {read_seq} AS read_seq, {unread} AS unread, CASE WHEN NOT c.is_blocked THEN (
        SELECT {read_seq} FROM conversation_members m WHERE m.conversation_id = c.id AND m.user_id <> %(user_id)s
    ) END AS partner_read_seq,
    m.is_muted, coalesce(m.archived_seq >= c.last_seq, false) AS is_archived,
    format_time(c.created_at, %(zone)s) AS created_at, format_time(c.updated_at, %(zone)s) AS updated_at
""",
    picture=Sql(picture_sql("u.picture")),
    deleted=Sql(f"'{DELETED}'"),
    file_names=attachment_names(Sql("l.id")),
    read_seq=READ_SEQ,
    unread=COUNT_UNREAD,
)
LAST = Sql("LEFT JOIN messages l ON l.conversation_id = c.id AND l.seq = c.last_seq")
FIND_CONVERSATION = Query(
    str,
    compose(
        """
SELECT row_to_json(conversation)::text FROM (
    {conversation} FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id {last}
    WHERE m.user_id = %(user_id)s AND c.id = %(conversation_id)s
) conversation
""",
        conversation=CONVERSATION,
        last=LAST,
    ),
)


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """The number of conversations, unread messages in all of them, and the page as a JSON array."""

    count: int
    unread: int
    results: str


# First find the ids, reading two rows per conversation; the other columns are looked up only for the page.
LIST_CONVERSATIONS = Query(
    ConversationPage,
    compose(
        """
WITH own AS (
    SELECT c.id, c.updated_at, {unread} AS unread, coalesce(m.archived_seq >= c.last_seq, false) AS is_archived
    FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id WHERE m.user_id = %(user_id)s
), listed AS (
    SELECT id, updated_at FROM own
    WHERE is_archived = %(archived)s AND (unread > 0 OR NOT %(only_unread)s)
)
SELECT (SELECT count(*) FROM listed) AS count, (SELECT coalesce(sum(unread), 0)::bigint FROM own) AS unread, (
    SELECT coalesce(json_agg(row_to_json(conversation)), '[]')::text FROM (
        {conversation} FROM (SELECT * FROM listed ORDER BY updated_at DESC, id LIMIT %(size)s OFFSET %(offset)s) shown
        JOIN conversations c ON c.id = shown.id
        JOIN conversation_members m ON m.conversation_id = c.id AND m.user_id = %(user_id)s {last}
        ORDER BY c.updated_at DESC, c.id
    ) conversation
) AS results
""",
        conversation=CONVERSATION,
        last=LAST,
        unread=COUNT_UNREAD,
    ),
)


def find_conversation(user_id: UUID, conversation_id: UUID) -> str | None:
    """One of a member's conversations, as JSON text."""
    with connection() as db:
        return FIND_CONVERSATION.one(db, _values(user_id, conversation_id=conversation_id))


def list_conversations(user_id: UUID, page: PageNumber, *, archived: bool, only_unread: bool) -> ConversationPage:
    """A page of a user's conversations, either archived or not, most recently active first."""
    values = {"size": page.size, "offset": page.offset, "archived": archived, "only_unread": only_unread}
    with connection() as db:
        return LIST_CONVERSATIONS.get(db, _values(user_id, **values))


def _values(user_id: UUID, **more: Any) -> dict[str, Any]:
    return {"user_id": user_id, "zone": platform_settings().time_zone, **more}
