"""Conversations for tests, inserted directly into the database."""

from uuid import UUID

from psycopg.types.json import Json

from functions.chat.domain.members import pair_key
from tests.support.people import Person, insert, query


def add_conversation(one: Person, other: Person) -> UUID:
    """Add an empty conversation of two people; returns its id."""
    conversation_id: UUID = insert("conversations", {"pair": pair_key(one.id, other.id)})
    for person in (one, other):
        query("INSERT INTO conversation_members (conversation_id, user_id) VALUES (%s, %s)", conversation_id, person.id)
    return conversation_id


def add_messages(conversation_id: UUID, author: Person, *bodies: str) -> None:
    """Add messages to a conversation."""
    query(
        "WITH added AS (SELECT body, seq FROM json_array_elements_text(%s) WITH ORDINALITY AS added (body, seq)),"
        " raised AS (UPDATE conversations SET last_seq = last_seq + %s WHERE id = %s RETURNING last_seq - %s AS before)"
        " INSERT INTO messages (conversation_id, seq, created_by, body)"
        " SELECT %s, before + seq, %s, body FROM added, raised",
        Json(bodies),
        len(bodies),
        conversation_id,
        len(bodies),
        conversation_id,
        author.id,
    )


def stored_messages() -> list[tuple[int, str, UUID | None]]:
    """Place, body and author of each message."""
    rows = query("SELECT seq, body, created_by FROM messages ORDER BY conversation_id, seq")
    return [(row[0], row[1], row[2]) for row in rows]
