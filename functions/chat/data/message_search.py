"""The statement that searches a user's messages.

There is no index of words: it would cost every sender more than the message itself. A search reads the newest messages
of the caller's own conversations, by primary key and up to a limit of messages and of bytes, and folds them like names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.domain.pictures import picture_sql
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose
from shared.kit.http.page_pagination import PageNumber

MOST_SEARCHED = 20_000
# Bytes of message text to search: 20,000 ordinary messages have less. 20,000 of the maximum length have 160 MB, in
# which a pattern of a hundred equal letters takes half a minute.
MOST_TEXT = 3_000_000


class Search(NamedTuple):
    """A search: words that must all occur, words of the author's name, a conversation, a time range."""

    words: Sequence[str]
    author_words: Sequence[str] = ()
    by_me: bool = False
    conversation_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundMessages:
    """The number of matches, whether all messages were searched, and the page as a JSON array."""

    count: int
    is_complete: bool
    results: str


PATTERNS = """(
    SELECT coalesce(array_agg({before} || regexp_replace(fold(word), '([\\\\%%_])', '\\\\\\1', 'g') || '%%'), '{{}}')
    FROM unnest(%({words})s::text[]) AS word
)"""
SEARCH = Query(
    FoundMessages,
    compose(
        """
WITH patterns AS (
    SELECT {body_patterns} AS body, {name_patterns} AS name
), searched AS MATERIALIZED (
    SELECT x.conversation_id, x.seq, x.created_at, x.is_read,
        CASE WHEN x.is_read THEN fold(x.body) LIKE ALL (p.body) ELSE false END AS is_found
    FROM patterns p, (
        SELECT x.conversation_id, x.seq, x.created_at, x.body,
            sum(octet_length(x.body)) OVER (ROWS UNBOUNDED PRECEDING) <= %(most_text)s AS is_read
        FROM (
            SELECT c.id FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id
            WHERE m.user_id = %(user_id)s
              AND (%(conversation_id)s::uuid IS NULL OR m.conversation_id = %(conversation_id)s)
            ORDER BY c.updated_at DESC
        ) own CROSS JOIN LATERAL (
            SELECT * FROM messages x
            WHERE x.conversation_id = own.id AND x.deleted_at IS NULL
              AND (%(since)s::timestamptz IS NULL OR x.created_at >= %(since)s)
              AND (%(until)s::timestamptz IS NULL OR x.created_at < %(until)s)
              AND (NOT %(by_me)s OR x.created_by = %(user_id)s)
            ORDER BY x.seq DESC
        ) x
        WHERE cardinality(%(author_words)s::text[]) = 0 OR x.created_by IN (
            SELECT u.id FROM users u, patterns p
            WHERE ' ' || fold(u.first_name || ' ' || u.last_name) LIKE ALL (p.name)
              AND u.id IN (
                SELECT other.user_id FROM conversation_members mine
                JOIN conversation_members other ON other.conversation_id = mine.conversation_id
                WHERE mine.user_id = %(user_id)s
              )
        )
        LIMIT %(most)s
    ) x
), found AS (
    SELECT s.* FROM searched s WHERE s.is_found AND NOT EXISTS (
        SELECT FROM hidden_messages h
        WHERE h.user_id = %(user_id)s AND h.conversation_id = s.conversation_id AND h.seq = s.seq
    )
), shown AS (
    SELECT * FROM found ORDER BY created_at DESC, conversation_id, seq DESC LIMIT %(size)s OFFSET %(offset)s
)
SELECT (SELECT count(*) FROM found) AS count,
    (SELECT count(*) < %(most)s AND coalesce(bool_and(is_read), true) FROM searched) AS is_complete, (
    SELECT coalesce(json_agg(row_to_json(message)), '[]')::text FROM (
        SELECT x.id, x.conversation_id AS conversation, x.seq, x.body,
            format_time(x.created_at, %(zone)s) AS created_at,
            (SELECT row_to_json(author) FROM (
                SELECT u.id, u.first_name, u.last_name, {picture} AS profile_image
                FROM users u WHERE u.id = x.created_by
            ) author) AS created_by
        FROM shown JOIN messages x ON x.conversation_id = shown.conversation_id AND x.seq = shown.seq
        ORDER BY x.created_at DESC, x.conversation_id, x.seq DESC
    ) message
) AS results
""",
        body_patterns=Sql(PATTERNS.format(before="'%%'", words="words")),
        name_patterns=Sql(PATTERNS.format(before="'%% '", words="author_words")),
        picture=Sql(picture_sql("u.picture")),
    ),
)


def search_messages(user_id: UUID, search: Search, page: PageNumber) -> FoundMessages:
    """A page of the messages in a user's conversations that match the search, newest first."""
    values: dict[str, Any] = {
        "user_id": user_id,
        "words": list(search.words),
        "author_words": list(search.author_words),
        "by_me": search.by_me,
        "conversation_id": search.conversation_id,
        "since": search.since,
        "until": search.until,
        "most": MOST_SEARCHED,
        "most_text": MOST_TEXT,
        "zone": platform_settings().time_zone,
        "size": page.size,
        "offset": page.offset,
    }
    with connection() as db:
        return SEARCH.get(db, values)
