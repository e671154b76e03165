"""Every statement about conversations; answers are JSON text in the frontend's shapes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from shared.domain.pictures import picture_sql
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection
from shared.kit.http.cursor_pagination import fit_page

# More conversations than this are not listed.
LISTED = 1000

PERSON = f"{{0}}.id, {{0}}.first_name, {{0}}.last_name, {picture_sql('{0}.picture')} AS profile_image"

CONVERSATIONS = f"""
SELECT row_to_json(shown)::text FROM (
    SELECT c.id,
        CASE WHEN l.id IS NOT NULL THEN (SELECT row_to_json(last) FROM (
            SELECT l.id, l.conversation_id AS conversation, l.body, format_time(l.created_at, %(zone)s) AS created_at,
                (SELECT row_to_json(author) FROM (SELECT {PERSON.format("a")} FROM users a WHERE a.id = l.created_by)
                    author) AS created_by
        ) last) END AS last_message,
        format_time(c.created_at, %(zone)s) AS created_at, format_time(c.updated_at, %(zone)s) AS updated_at,
        (SELECT json_agg(row_to_json(person)) FROM (
            SELECT {PERSON.format("u")} FROM conversation_members m JOIN users u ON u.id = m.user_id
            WHERE m.conversation_id = c.id ORDER BY u.id <> %(user_id)s
        ) person) AS users
    FROM conversation_members mine
    JOIN conversations c ON c.id = mine.conversation_id
    LEFT JOIN messages l ON l.conversation_id = c.id AND l.seq = c.last_seq
    WHERE mine.user_id = %(user_id)s {{condition}}
    ORDER BY c.updated_at DESC, c.id LIMIT {LISTED}
) shown
"""
ALL = CONVERSATIONS.format(condition="")
ONE = CONVERSATIONS.format(condition="AND c.id = %(conversation_id)s")
WITH_PARTNER = CONVERSATIONS.format(condition="AND c.pair = %(pair)s")


def _fetch(statement: str, user_id: UUID, **values: Any) -> list[str]:
    with connection() as db:
        rows = db.execute(statement, {"user_id": user_id, "zone": platform_settings().time_zone, **values}).fetchall()
    return [row[0] for row in rows]


def list_conversations(user_id: UUID) -> list[str]:
    """A user's conversations, the one with the newest activity first; the user stands first in each."""
    return fit_page(_fetch(ALL, user_id))


def get_conversation(user_id: UUID, conversation_id: UUID) -> str:
    return _fetch(ONE, user_id, conversation_id=conversation_id)[0]


def find_with_partner(user_id: UUID, partner_id: UUID) -> str | None:
    """The conversation of two users."""
    found = _fetch(WITH_PARTNER, user_id, pair=pair_key(user_id, partner_id))
    return found[0] if found else None


def pair_key(one: UUID, other: UUID) -> str:
    """The same for both orders; unique, so that two people have one conversation."""
    return ":".join(sorted((str(one), str(other))))


# The members are added in the statement that adds the conversation: nobody sees one without.
OPEN_CONVERSATION = """
WITH opened AS (
    INSERT INTO conversations (pair) VALUES (%(pair)s) ON CONFLICT (pair) DO NOTHING RETURNING id
), joined AS (
    INSERT INTO conversation_members (conversation_id, user_id)
    SELECT opened.id, person FROM opened, unnest(%(people)s::uuid[]) AS person
)
SELECT id FROM opened
"""


def open_conversation(user_id: UUID, partner_id: UUID) -> UUID | None:
    """Add the conversation of two users; None if they have one.

    Raises psycopg.errors.ForeignKeyViolation if an account has gone.
    """
    values = {"pair": pair_key(user_id, partner_id), "people": [user_id, partner_id]}
    with connection() as db:
        row = db.execute(OPEN_CONVERSATION, values).fetchone()
    return row[0] if row else None


def is_confirmed_user(user_id: UUID) -> bool:
    with connection() as db:
        found = db.execute("SELECT FROM users WHERE id = %s AND confirmed_at IS NOT NULL", (user_id,)).fetchone()
    return found is not None


@dataclass(frozen=True)
class Person:
    """A member as shown beside messages."""

    id: str
    first_name: str
    last_name: str
    picture: str | None


@dataclass(frozen=True)
class Membership:
    """A conversation seen by one of its members: who takes part and how many messages there are."""

    last_seq: int
    people: dict[str, Person]


MEMBERS = """
SELECT u.id::text, u.first_name, u.last_name, u.picture, c.last_seq
FROM conversations c JOIN conversation_members m ON m.conversation_id = c.id JOIN users u ON u.id = m.user_id
WHERE c.id = %(conversation_id)s
  AND EXISTS (SELECT FROM conversation_members mine WHERE mine.conversation_id = c.id AND mine.user_id = %(user_id)s)
"""


@dataclass(frozen=True)
class _MemberRow(Person):
    last_seq: int


def find_membership(conversation_id: UUID, user_id: UUID) -> Membership | None:
    """None for those who are no members, and for conversations that do not exist."""
    values = {"conversation_id": conversation_id, "user_id": user_id}
    with connection() as db, db.cursor(row_factory=class_row(_MemberRow)) as cursor:
        rows = cursor.execute(MEMBERS, values).fetchall()
    return Membership(rows[0].last_seq, {row.id: row for row in rows}) if rows else None
