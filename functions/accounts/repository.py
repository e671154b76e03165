"""Every statement of the accounts feature."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from shared.kit.db.pool import PooledConnection


@dataclass(frozen=True)
class NewUser:
    """An account to add."""

    email: str
    password_hash: str
    first_name: str
    last_name: str
    is_tutor: bool


ADD_USER = """
INSERT INTO users (email, password_hash, first_name, last_name, is_tutor)
VALUES (%(email)s, %(password_hash)s, %(first_name)s, %(last_name)s, %(is_tutor)s)
RETURNING id
"""


def add_user(db: PooledConnection, user: NewUser) -> None:
    """Raises psycopg.IntegrityError (users_email_key) if the address is taken."""
    added = db.execute(ADD_USER, vars(user)).fetchone()
    if user.is_tutor:
        db.execute("INSERT INTO tutors (user_id) VALUES (%s)", added)


@dataclass(frozen=True)
class Owner:
    """Whom a token was mailed to."""

    id: UUID
    email: str
    first_name: str
    last_name: str


FIND_OWNER = """
SELECT u.id, u.email, u.first_name, u.last_name FROM users u JOIN email_tokens t ON t.user_id = u.id
WHERE t.token_hash = %s AND t.purpose = %s AND t.expires_at > now()
"""
LOCK_OWNER = FIND_OWNER + "FOR NO KEY UPDATE OF u"


def find_token_owner(db: PooledConnection, token_hash: bytes, purpose: str, *, lock: bool = False) -> Owner | None:
    """The user a token was mailed to, None if it is unknown, used or expired."""
    with db.cursor(row_factory=class_row(Owner)) as cursor:
        return cursor.execute(LOCK_OWNER if lock else FIND_OWNER, (token_hash, purpose)).fetchone()


def use_token(db: PooledConnection, token_hash: bytes, purpose: str) -> Owner | None:
    """Use a token up, and with it all of its owner's of that purpose; the owner, None as in `find_token_owner`.

    The owner is locked first: whoever comes at the same time, with the same token or another, waits and finds none.
    """
    owner = find_token_owner(db, token_hash, purpose, lock=True)
    if owner is None:
        return None
    all_of_them = "DELETE FROM email_tokens WHERE user_id = %s AND purpose = %s RETURNING token_hash"
    used = db.execute(all_of_them, (owner.id, purpose)).fetchall()
    return owner if (token_hash,) in used else None


def confirm(db: PooledConnection, user_id: UUID) -> None:
    db.execute("UPDATE users SET confirmed_at = now() WHERE id = %s", (user_id,))


def set_password(db: PooledConnection, user_id: UUID, password_hash: str) -> None:
    db.execute("UPDATE users SET password_hash = %s WHERE id = %s", (password_hash, user_id))


LOCK_CONVERSATIONS = """
SELECT id FROM conversations WHERE id IN (SELECT conversation_id FROM conversation_members WHERE user_id = %s)
ORDER BY id FOR UPDATE
"""


def lock_conversations(db: PooledConnection, user_id: UUID) -> list[UUID]:
    """Both members may leave at once; the lock lets the second one see that the first is gone."""
    return [row[0] for row in db.execute(LOCK_CONVERSATIONS, (user_id,)).fetchall()]


def lock_user(db: PooledConnection, user_id: UUID) -> None:
    """Taken before the user's sessions by all who end them; new messages and conversations need not wait."""
    db.execute("SELECT FROM users WHERE id = %s FOR NO KEY UPDATE", (user_id,))


def delete_user(db: PooledConnection, user_id: UUID) -> str | None:
    """Delete a user; returns the key of the picture.

    Profile, tutor, schedule, ratings and memberships go by cascade; messages stay without an author.
    """
    row = db.execute("DELETE FROM users WHERE id = %s RETURNING picture", (user_id,)).fetchone()
    return row[0] if row else None


DELETE_DESERTED = """
DELETE FROM conversations WHERE id = ANY(%s)
  AND NOT EXISTS (SELECT FROM conversation_members WHERE conversation_members.conversation_id = conversations.id)
"""


def delete_deserted(db: PooledConnection, conversations: list[UUID]) -> None:
    """Delete those of the conversations that nobody is left in."""
    db.execute(DELETE_DESERTED, (conversations,))
